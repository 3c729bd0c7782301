import type { Run } from '../../../../shared/domain/bot.ts'
import { takeRun } from '../../../../shared/services/bots/lease.ts'
import { byPatterns } from '../../../../shared/services/bots/moderate.ts'
import { streamReply } from '../../../../shared/services/bots/stream-reply.ts'
import type { ModelChunk, Provider } from '../../../../shared/services/ports/model.ts'
import { type MemoryApp, memoryApp } from '../../../support/memory-app.ts'

const job = { chatId: 'c1', seq: 4, botId: 'assistant' }
const request = { system: undefined, turns: [{ role: 'user' as const, text: 'Hello' }] }

async function stored(app: MemoryApp, runId: string): Promise<Run | undefined> {
  return (await app.state.readRun('c1', runId))?.run
}

/** An answer under way. What comes at once is collected: only the first piece is shown. */
async function start(
  say: (app: MemoryApp, runId: string, signal: AbortSignal) => AsyncGenerator<ModelChunk>,
) {
  const app = memoryApp(Date.parse('2026-03-01T12:00:00.000Z'))
  const lease = (await takeRun(app, job))!
  const { runId } = lease.run
  const provider: Provider = async function* model(_request, signal) {
    yield* say(app, runId, signal)
    signal.throwIfAborted()
  }
  const deps = { ...app, moderate: byPatterns([/forbidden/]) }
  return { app, runId, streamed: streamReply(deps, lease, provider, request) }
}

test('what is stopped keeps what was shown: a word that waited to be looked at is not kept unseen', async () => {
  const { streamed } = await start(async function* say(app, runId) {
    yield { text: 'So far so good' }
    yield { text: ', and then the forbidden fruit' }
    app.activeRuns.get(runId)?.()
  })
  expect(await streamed).toMatchObject({ isStopped: true, text: 'So far so good' })
})

test('a checkpoint holds nothing that is not shown yet', async () => {
  const { app, runId, streamed } = await start(async function* say(app, runId) {
    yield { text: 'So far so good' }
    app.time.set(app.time.now() + 1_000 - 1)
    yield { text: ', better' }
    yield { text: ', and the forbidden' }
    app.time.set(app.time.now() + 1)
    yield { text: ' fruit' }
    expect((await stored(app, runId))?.text).toBe('So far so good, better')
  })
  await expect(streamed).rejects.toThrow('The answer was refused.')
  expect((await stored(app, runId))?.text).toBe('So far so good, better')
})

test('a stop at another host is heard within a second, also while the model says nothing', async () => {
  const { app, runId, streamed } = await start(async function* say(app, _runId, signal) {
    yield { text: 'Let me think' }
    app.time.set(app.time.now() + 1_500)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  })
  const { run, etag } = (await app.state.readRun('c1', runId))!
  await app.state.replaceRun({ ...run, stopRequested: true }, etag)
  expect(await streamed).toMatchObject({ isStopped: true, text: 'Let me think' })
}, 4_000)

test('a model that never comes to an end is not waited for longer than five minutes', async () => {
  const { streamed } = await start(async function* say(app) {
    for (let minute = 0; minute < 20; minute++) {
      app.time.set(app.time.now() + 60_000)
      // As pieces of arguments that have no end.
      yield { text: '' }
    }
    yield { text: 'At last' }
  })
  await expect(streamed).rejects.toMatchObject({ code: 'unavailable' })
}, 4_000)
