// Whose turn it is, where two look at once.
import type { Run } from '../../../../shared/domain/bot.ts'
import { freshRun } from '../../../../shared/services/bots/lease.ts'
import { makeRuns } from '../../../../shared/services/bots/make-runs.ts'
import { runBot } from '../../../../shared/services/bots/run-bot.ts'
import { seededApp } from '../../../conformance/seeded.ts'

const chatId = 'cAC38eb67w29s5TjX5mMZuW'
const botId = 'assistant'

async function twoPrompts() {
  const app = await seededApp()
  const say = async (text: string) => {
    const content = { type: 'text', text } as const
    const message = { type: 'message', senderId: 'ada', clientMessageId: text, content } as const
    return (await app.appender.append(chatId, { ...message, dedupeKey: `ada:${text}` })).entry.seq
  }
  const jobs = [await say('one'), await say('two')].map((seq) => ({ chatId, seq, botId }))
  return { app, jobs, runs: jobs.map((job) => freshRun(job, app.time.now())) }
}

test('a run that is stopped just as it is taken leaves the turn to the one behind it', async () => {
  const { app, jobs, runs } = await twoPrompts()
  await makeRuns(app, jobs)
  const stop = async ({ runId }: Run) => {
    const { run, etag } = (await app.state.readRun(chatId, runId))!
    await app.state.replaceRun({ ...run, state: 'stopped' }, etag)
  }
  const state: typeof app.state = {
    ...app.state,
    async writeTurn(turn, etag) {
      const written = await app.state.writeTurn(turn, etag)
      await stop(runs[0]!)
      return written
    },
  }
  // The job behind was there first, and left it to the one before.
  expect(await runBot(app, jobs[1]!, false)).toEqual([])
  expect(await runBot({ ...app, state }, jobs[0]!, false)).toEqual([jobs[1]])
  await app.deliverer.idle()
})
