// A model's stream on its way to the sockets: pieces collected for a tenth of a second or more, a checkpoint every second, and
// an end the moment another attempt has taken the run over.
import { deltaMs, type ToolUse, type Usage } from '../../domain/bot.ts'
import { MAX_TEXT } from '../../domain/budget.ts'
import { ChatError } from '../../domain/error.ts'
import type { ModelRequest, Provider } from '../ports/model.ts'
import type { BotDeps } from './bot-deps.ts'
import { tokensOf } from './context.ts'
import { hold, LEASE_MS, type Lease } from './lease.ts'
import { Refused } from './moderate.ts'
import { tell } from './tell.ts'

const CHECKPOINT_MS = 1_000
const SILENCE_MS = 60_000
/** Others wait for their turn. */
const LONGEST_MS = 5 * 60_000

export interface Streamed {
  text: string
  usage: Usage
  /** Somebody asked for the end: the text is what there was by then. */
  isStopped: boolean
}

/**
 * Streams one answer, as long as a message may be. Returns undefined when the run was taken over meanwhile; moves
 * `lease` along with each checkpoint.
 * @param tools what the model has called so far
 * @throws whatever the provider throws, or when it is silent for a minute, goes on for more than five, or has nothing to say
 */
export async function streamReply(
  deps: BotDeps,
  lease: Lease,
  provider: Provider,
  request: ModelRequest,
  tools: ToolUse[] = [],
): Promise<Streamed | undefined> {
  const abort = new AbortController()
  const started = deps.time.now()
  const usage = { promptTokens: 0, replyTokens: 0, firstTokenMs: 0, totalMs: 0 }
  let text = ''
  let sent = 0
  let sentAt = 0
  let storedAt = started
  let storing: Promise<void> | undefined
  let flushing: Promise<void> = Promise.resolve()
  let due: NodeJS.Timeout | undefined
  let failure: unknown
  let lost = false
  let isStopped = false
  const stop = () => {
    isStopped = true
    abort.abort()
  }
  deps.activeRuns.set(lease.run.runId, stop)
  const keepAlive = setInterval(() => void attend(), CHECKPOINT_MS)
  let silence = setTimeout(() => abort.abort(), SILENCE_MS)

  async function flush(): Promise<void> {
    clearTimeout(due)
    due = undefined
    if (text.length === sent) return
    if ((await deps.moderate({ by: 'bot', text })) === 'refused') throw new Refused()
    const delta = { type: 'run.delta', attempt: lease.run.attempt, index: sent, text: text.slice(sent) }
    sent = text.length
    sentAt = deps.time.now()
    await tell(deps, lease.run, delta)
  }

  /** One after the other: a piece must not overtake the one before it. */
  function flushNext(): Promise<void> {
    flushing = flushing.then(flush)
    return flushing
  }

  /** What has waited long enough goes at once; the rest when its time comes, should the model pause. */
  async function flushInTime(): Promise<void> {
    const wait = sentAt + deltaMs(deps.activeRuns.size) - deps.time.now()
    if (wait <= 0) return flushNext()
    due ??= setTimeout(() => {
      flushNext().catch((error) => {
        failure = error
        abort.abort()
      })
    }, wait)
  }

  /** One at a time, or we would lose the run to ourselves. The lease outlives a few that fail. */
  function checkpoint(): Promise<void> {
    storing ??= store()
      .catch((error) => {
        deps.logger('warn', 'run.checkpoint.failed', { runId: lease.run.runId, error: String(error) })
      })
      .finally(() => {
        storing = undefined
      })
    return storing
  }

  /** What was looked at and pushed: nobody reads in the run what is not to be shown. */
  const shown = (): string => text.slice(0, sent)

  /** A model that is silent must not keep a stop that came to another host from being heard. */
  async function attend(): Promise<void> {
    const sinceMs = deps.time.now() - storedAt
    if (sinceMs >= CHECKPOINT_MS * 5) return checkpoint()
    if (sinceMs < CHECKPOINT_MS) return
    const { chatId, runId } = lease.run
    const found = await deps.state.readRun(chatId, runId).catch(() => undefined)
    if (found?.run.stopRequested) stop()
  }

  async function store(): Promise<void> {
    storedAt = deps.time.now()
    if (
      await hold(deps, lease, {
        text: shown(),
        ...(tools.length > 0 && { tools }),
        leaseUntil: storedAt + LEASE_MS,
      })
    ) {
      if (lease.run.stopRequested) stop()
      return
    }
    lost = true
    abort.abort()
  }

  // A model that was stopped, or keeps no accounts, has not said what it took.
  const measured = (): Usage => ({
    ...usage,
    promptTokens: usage.promptTokens || tokensOf(textOfRequest(request)),
    replyTokens: usage.replyTokens || tokensOf(text),
    totalMs: deps.time.now() - started,
  })

  /** What is refused was made, and is paid for. */
  function told(error: unknown): unknown {
    return error instanceof Refused ? new Refused(measured()) : error
  }

  try {
    for await (const chunk of provider(request, abort.signal)) {
      clearTimeout(silence)
      silence = setTimeout(() => abort.abort(), SILENCE_MS)
      if ('usage' in chunk) Object.assign(usage, chunk.usage)
      else if ('text' in chunk) {
        if (text === '') usage.firstTokenMs = deps.time.now() - started
        text = cut(text + chunk.text)
      }
      await flushInTime()
      if (deps.time.now() - storedAt >= CHECKPOINT_MS) await checkpoint()
      abort.signal.throwIfAborted()
      if (text.length >= MAX_TEXT - 1) break
      if (deps.time.now() - started >= LONGEST_MS)
        throw new ChatError('unavailable', 'The model did not come to an end.')
    }
    abort.signal.throwIfAborted()
    await flushNext()
    if (text.trim() === '') throw new ChatError('unavailable', 'The model said nothing.')
    return { text, usage: measured(), isStopped }
  } catch (error) {
    if (failure) throw told(failure)
    if (isStopped && !lost) {
      clearTimeout(due)
      await flushing
      return { text: shown(), usage: measured(), isStopped }
    }
    if (!lost) throw told(error)
    deps.logger('info', 'run.taken-over', { runId: lease.run.runId })
    return undefined
  } finally {
    if (deps.activeRuns.get(lease.run.runId) === stop) deps.activeRuns.delete(lease.run.runId)
    clearInterval(keepAlive)
    clearTimeout(silence)
    clearTimeout(due)
    // A piece that is under way must not come after the end.
    await flushing.catch(() => undefined)
    // What is under way would change the etag under whoever ends the run.
    await storing
    // A model that was stopped at the longest text goes on otherwise.
    abort.abort()
  }
}

const textOfRequest = ({ system = '', turns }: ModelRequest): string =>
  system + turns.map((turn) => ('text' in turn ? turn.text : '')).join('')

/** As much as a message may hold, no pair of surrogates split. */
function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text
  const end = /[\uD800-\uDBFF]/.test(text[MAX_TEXT - 1]!) ? MAX_TEXT - 1 : MAX_TEXT
  return text.slice(0, end)
}
