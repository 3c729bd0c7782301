// Time that stands still: schedules, retries, timeouts, locks and leases of a host whose clock is moved by hand.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { CosmosClient } from '@azure/cosmos'
import { QueueServiceClient } from '@azure/storage-queue'
import { startAzurite } from '../../azurite/server.ts'
import { startCosmos } from '../../cosmos/server.ts'
import { type SpawnOptions, spawnFunctionsHost } from '../spawn.ts'

const folder = (name: string): string => fileURLToPath(new URL(`./apps/${name}`, import.meta.url))
const start = (app: string, options: Partial<SpawnOptions> = {}) =>
  spawnFunctionsHost({ app: folder(app), log: 'debug', manualClock: '2026-01-31T12:00:00Z', ...options })
const MINUTE = 60_000

test('a timer of once a year fires when its time has come, not before', async () => {
  await using host = await start('timers', { settings: { PACE: '0 0 12 * * *' } })
  await host.logged(/timer-waits.*"missed".*"2027-01-01T00:00:00.000Z"/)
  await host.logged(/timer-waits.*"every-second".*"2026-02-01T12:00:00.000Z"/)
  await host.advance(24 * 60 * MINUTE - 1)
  expect(host.logs()).not.toContain('every-second pastDue')
  await host.advance(1)
  await host.logged('every-second pastDue=false')
  await host.logged(/timer-waits.*"every-second".*"2026-02-02T12:00:00.000Z"/)
  await host.advance(365 * 24 * 60 * MINUTE)
  await host.logged(/missed pastDue=false .{0,3}\{.{0,3}"last.{0,5}2027-01-01/)
  expect(await (await fetch(`${host.url}/_emulator/clock`)).json()).toEqual({
    now: '2027-02-01T12:00:00.000Z',
  })
})

test('a retry waits for its delay', async () => {
  await using host = await start('timers', { settings: { RETRY_MINUTES: '30' } })
  await host.logged(/retry-waits.*"stubborn".*1800000/)
  await host.advance(30 * MINUTE - 1)
  expect(host.logs()).not.toContain('stubborn 1 of 2')
  await host.advance(1)
  await host.logged('stubborn 1 of 2')
})

test('an invocation has its half an hour', async () => {
  const settings = {
    NOWHERE: 'UseDevelopmentStorage=true',
    AzureFunctionsJobHost__functionTimeout: '00:30:00',
  }
  await using host = await start('slow', { settings })
  let answered = false
  const late = fetch(`${host.url}/api/late`).finally(() => {
    answered = true
  })
  await host.logged('late has begun')
  await host.advance(30 * MINUTE - 1)
  expect(answered).toBe(false)
  await host.advance(1)
  expect((await late).status).toBe(500)
  await host.logged('Timeout value of 1800 s was exceeded by function: late')
})

test('a message in work is kept invisible at half of its lock, and an empty queue is asked when its pause is over', async () => {
  await using azurite = await startAzurite({ services: ['queue'] })
  const name = `work-${randomUUID()}`
  const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(name)
  const settings = {
    STORAGE: azurite.connectionString,
    WORK_QUEUE: name,
    MORE_QUEUE: 'unused',
    AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:05:00',
  }
  await using host = await start('queues', { settings })
  await queue.sendMessage(Buffer.from('{"do":"hold","name":"long"}').toString('base64'))
  await host.advance(5 * MINUTE)
  await host.logged('begin hold long')
  await host.advance(5 * MINUTE)
  await host.logged('queue-renewed')
  await host.advance(5 * MINUTE)
  await host.logged('queue-renewed', 2)
  await fetch(`${host.url}/admin/functions/release`, { method: 'POST', body: '{}' })
  await host.logged('end hold long')
  await host.close()
  expect((await queue.getProperties()).approximateMessagesCount).toBe(0)
})

test('a lease of a host that was killed is taken when it has expired by the clock of the next one', async () => {
  await using cosmos = await startCosmos({ port: 0 })
  const client = new CosmosClient(cosmos.connectionString)
  const { database } = await client.databases.create({ id: 'test' })
  await database.containers.create({ id: 'watched', partitionKey: { paths: ['/id'], version: 2 } })
  const others = ['patient', 'endless', 'latecomer', 'copier']
  const settings = {
    COSMOS: cosmos.connectionString,
    CONTAINER: 'watched',
    ...Object.fromEntries(others.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true'])),
  }
  await using first = await start('feed', { settings })
  await first.logged('lease-acquired')
  await first.kill('SIGKILL')
  await using second = await start('feed', { settings })
  await second.advance(MINUTE)
  await second.logged('leases-balanced', 2)
  expect(second.logs()).not.toContain('lease-acquired')
  await second.advance(13_001)
  await second.logged('lease-acquired')
  client.dispose()
})

test('a host that goes by the clock of the machine cannot be moved, and a step is a number of milliseconds', async () => {
  await using host = await spawnFunctionsHost({ app: folder('timers') })
  await expect(host.advance(1)).rejects.toThrow(
    'The host goes by the clock of the machine: start it with --manual-clock.',
  )
  await using still = await start('timers')
  const response = await fetch(`${still.url}/_emulator/clock`, { method: 'POST', body: '{"advanceMs":-1}' })
  expect(response.status).toBe(400)
})
