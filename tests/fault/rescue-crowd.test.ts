import { CosmosClient } from '@azure/cosmos'
import { startCosmos } from '../../emulators/cosmos/server.ts'
import { createStateStore } from '../../shared/azure/state-store.ts'
import { freshRun } from '../../shared/services/bots/lease.ts'
import { rescueRuns } from '../../shared/services/bots/rescue-runs.ts'
import { fixedTime } from '../support/fixed-time.ts'

const noon = Date.parse('2026-03-01T12:00:00.000Z')

test('a crowd that waits for its turn does not hide the run whose host died', async () => {
  await using cosmos = await startCosmos({ port: 0, account: { consistency: 'Strong' } })
  const client = new CosmosClient(cosmos.connectionString)
  const { database } = await client.databases.create({ id: 'parley' })
  const { container } = await database.containers.create({
    id: 'state',
    partitionKey: { paths: ['/chatId'] },
  })
  const state = createStateStore(container)
  const run = (chatId: string, seq: number) => freshRun({ chatId, seq, botId: 'assistant' }, noon)
  for (let seq = 5; seq < 125; seq++) await state.createRun(run('c1', seq))
  const lost = { state: 'streaming', attempt: 1, fence: 1, leaseUntil: noon + 15_000 } as const
  await state.createRun({ ...run('c2', 4), ...lost })
  const time = fixedTime(noon + 60_000)
  const jobs = await rescueRuns({ state, time, logger: () => {}, gauges: () => {}, rescueAfterMs: 20_000 })
  client.dispose()
  expect(jobs).toHaveLength(100)
  expect(jobs[0]).toEqual({ chatId: 'c2', seq: 4, botId: 'assistant' })
})
