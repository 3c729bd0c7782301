// The running model: pace, script, counters. Ties one HTTP exchange to one generation, and notices who leaves.
import type { ServerResponse } from 'node:http'
import type { Clock } from '../kit/clock.ts'
import type { Chunk, Conversation } from './conversation.ts'
import { generate, type Pace, ScriptedBreak } from './generate.ts'
import type { Script } from './script.ts'

export interface Stats {
  /** Generations begun; each ends as exactly one of the next four or is still active. */
  started: number
  completed: number
  /** The caller left before the end. */
  aborted: number
  /** A scripted error, or a scripted break of the connection. */
  failed: number
  broken: number
  active: number
  countTokens: number
  /** The newest prompt, as the model saw it. */
  last?: Conversation
}

export interface Model {
  readonly stats: Stats
  /**
   * Chunks for one exchange. Cuts the connection where the script says so.
   * @throws ScriptedFailure before the first chunk, or after any
   */
  reply(conversation: Conversation, response: ServerResponse): AsyncGenerator<Chunk, void>
}

export function createModel(script: Script, pace: Pace, clock: Clock): Model {
  const stats: Stats = {
    started: 0,
    completed: 0,
    aborted: 0,
    failed: 0,
    broken: 0,
    active: 0,
    countTokens: 0,
  }
  return {
    stats,
    async *reply(conversation, response) {
      stats.started++
      stats.active++
      stats.last = conversation
      const gone = new AbortController()
      const onClose = (): void => gone.abort()
      response.once('close', onClose)
      let outcome: 'completed' | 'aborted' | 'failed' | 'broken' = 'aborted'
      try {
        const { signal } = gone
        yield* generate(conversation, script.take(conversation), pace, { clock, signal })
        outcome = 'completed'
      } catch (error) {
        if (gone.signal.aborted) return
        outcome = error instanceof ScriptedBreak ? 'broken' : 'failed'
        if (outcome === 'failed') throw error
        await cut(response)
      } finally {
        response.off('close', onClose)
        stats.active--
        stats[outcome]++
      }
    },
  }
}

/** Ends the connection after what has been written, but not the answer: the caller sees it break off. */
function cut(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve)
    // The chunks of this turn of the event loop are not on the socket yet.
    setImmediate(() => response.socket?.destroySoon())
  })
}
