// A process that dies at any step of an answer, before the step or right after it: there is one visible reply, and the
// chat's next prompt is answered. The ports are in memory, the clock is the test's; the code is the product's.
import type { BotJob } from '../../shared/services/bots/prompts.ts'
import { rescueRuns } from '../../shared/services/bots/rescue-runs.ts'
import { giveUpRun, runBot } from '../../shared/services/bots/run-bot.ts'
import { applyChanges } from '../../shared/services/feed/apply-changes.ts'
import type { ModelChunk, Provider } from '../../shared/services/ports/model.ts'
import { seededApp } from '../conformance/seeded.ts'
import type { MemoryApp } from '../support/memory-app.ts'

const chatId = 'cAC38eb67w29s5TjX5mMZuW'
/** The prompt's, in a chat that has five entries. */
const seq = 6
const PORTS = ['log', 'state', 'push', 'appender', 'inbox', 'users', 'usage'] as const

/** The app as one process has it, which dies at its n-th call of a port. */
function mortal(app: MemoryApp, n: number, when: 'before' | 'after'): { app: MemoryApp; isDead(): boolean } {
  let calls = 0
  let dead = false
  const dying = (port: object): object =>
    new Proxy(port, {
      get(target, name) {
        const call: unknown = Reflect.get(target, name)
        if (typeof call !== 'function') return call
        return async (...args: unknown[]) => {
          if (dead) throw new Error('Nothing runs in a dead process.')
          const last = ++calls === n
          if (last && when === 'before') dead = true
          const done = dead ? undefined : await call.apply(target, args)
          if (last) dead = true
          if (dead) throw new Error('The process died.')
          return done
        }
      },
    })
  const ports = Object.fromEntries(PORTS.map((name) => [name, dying(app[name])]))
  // Runs under way are those of the process.
  return { app: { ...app, ...ports, activeRuns: new Map() } as MemoryApp, isDead: () => dead }
}

/** Speaks for a while: the run is checkpointed in between. */
const slow = ({ time }: MemoryApp): Provider =>
  async function* speak(): AsyncGenerator<ModelChunk> {
    for (const text of ['One', ' word', ' after', ' another']) {
      await time.sleep(600)
      yield { text }
    }
    yield { usage: { promptTokens: 3, replyTokens: 4 } }
  }

const withModel = (app: MemoryApp): MemoryApp => ({ ...app, model: () => slow(app) })

async function prompted(): Promise<MemoryApp> {
  const app = withModel(await seededApp())
  for (const id of ['p2', 'p3']) {
    await app.appender.append(chatId, {
      type: 'message',
      senderId: 'ada',
      clientMessageId: id,
      content: { type: 'text', text: id },
      dedupeKey: `ada:${id}`,
    })
  }
  await app.deliverer.idle()
  return app
}

const job = (prompt: number): BotJob => ({ chatId, seq: prompt, botId: 'assistant' })

/** Works on jobs, and what they lead to, until nothing is left. */
async function work(app: MemoryApp, jobs: BotJob[]): Promise<void> {
  for (const next of jobs) await work(app, await runBot(app, next, true))
}

/** Each answer after the seeded one, as prompt and text. */
async function answers(app: MemoryApp): Promise<string[]> {
  const messages = await app.log.listMessages(chatId, { from: seq, limit: 100 })
  return messages.flatMap(({ run, content }) =>
    run && content?.type === 'text' ? [`${run.promptSeq} ${run.state}: ${content.text}`] : [],
  )
}

const ONCE = ['6 done: One word after another', '7 done: One word after another']

/** What the queue, the timer and other hosts do when one of them died over the first prompt. */
async function recover(app: MemoryApp, jobs = [job(6), job(7)]): Promise<void> {
  // At once the queue, or another, tries again; the dead one still has the lease, and perhaps the turn.
  await work(app, jobs)
  for (let minute = 0; minute < 3; minute++) {
    app.time.set(app.time.now() + 60_000)
    await work(app, await rescueRuns(app))
  }
  await app.deliverer.idle()
}

describe.each(['before', 'after'] as const)('a process dies %s a step', (when) => {
  test('whichever it is, each prompt has one answer', async () => {
    let step = 0
    for (let isDead = true; isDead; ) {
      const app = await prompted()
      const process = mortal(app, ++step, when)
      await work(withModel(process.app), [job(6)]).catch(() => undefined)
      isDead = process.isDead()
      await recover(app)
      expect([step, await answers(app)]).toEqual([step, ONCE])
      const { run } = (await app.state.readRun(chatId, await runOf(app)))!
      expect([step, run.state, run.text, run.replySeq! > 7]).toEqual([
        step,
        'done',
        'One word after another',
        true,
      ])
    }
    // Turn, lease, context, checkpoints, reply, end: there was something to die at.
    expect(step).toBeGreaterThan(15)
  })

  test('of a job that the queue has given up, the chat is told once', async () => {
    let step = 0
    for (let isDead = true; isDead; ) {
      const app = await prompted()
      const process = mortal(app, ++step, when)
      await giveUpRun(process.app, job(6)).catch(() => undefined)
      isDead = process.isDead()
      app.time.set(app.time.now() + 60_000)
      await work(app, await giveUpRun(app, job(6)))
      await recover(app)
      const said = await answers(app)
      expect([step, said.map((text) => text.slice(0, 8))]).toEqual([step, ['6 failed', '7 done: ']])
    }
    expect(step).toBeGreaterThan(5)
  })

  test('in the feed, which brings its batch again: each prompt has one answer, in their order', async () => {
    let step = 0
    for (let isDead = true; isDead; ) {
      const app = await prompted()
      const entries = await app.log.readFrom(chatId, seq, 100)
      const process = mortal(app, ++step, when)
      await applyChanges(process.app, chatId, entries).catch(() => undefined)
      isDead = process.isDead()
      // Its jobs leave when it has succeeded: these are the only ones.
      const { botJobs } = await applyChanges(app, chatId, entries)
      expect([step, botJobs]).toEqual([step, [job(6), job(7)]])
      for (const next of [...botJobs].reverse()) await work(app, [next])
      expect([step, await answers(app)]).toEqual([step, ONCE])
    }
    expect(step).toBeGreaterThan(5)
  })
})

test('jobs that are lost on their way are made again, though nobody has begun their runs', async () => {
  const app = await prompted()
  const { botJobs } = await applyChanges(app, chatId, await app.log.readFrom(chatId, seq, 100))
  expect(botJobs).toHaveLength(2)
  // Not before the queue has had its time.
  expect(await rescueRuns(app)).toEqual([])
  await recover(app, [])
  expect(await answers(app)).toEqual(ONCE)
})

test('the feed replayed from the beginning asks nothing again', async () => {
  const app = await prompted()
  await work(app, [job(6), job(7)])
  const entries = await app.log.readFrom(chatId, 1, 100)
  for (let times = 0; times < 2; times++) {
    const { botJobs } = await applyChanges(app, chatId, entries)
    await work(app, botJobs)
  }
  expect(await answers(app)).toEqual(ONCE)
  await app.deliverer.idle()
})

async function runOf(app: MemoryApp): Promise<string> {
  const messages = await app.log.listMessages(chatId, { from: seq, limit: 100 })
  return messages.find(({ run }) => run?.promptSeq === seq)!.run!.runId
}
