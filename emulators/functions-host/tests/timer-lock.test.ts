// Timers of several hosts on one storage account: one of them fires, and another takes over with what was missed.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob'
import { type Azurite, startAzurite } from '../../azurite/server.ts'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/timers', import.meta.url))
let azurite: Azurite
let blobs: ContainerClient

beforeAll(async () => {
  azurite = await startAzurite({ services: ['blob'] })
  const service = BlobServiceClient.fromConnectionString(azurite.connectionString)
  blobs = service.getContainerClient('azure-webjobs-hosts')
  await blobs.create()
})
afterAll(() => azurite.close())

const startHost = (id: string): Promise<SpawnedHost> =>
  spawnFunctionsHost({
    app,
    log: 'info',
    settings: {
      AzureWebJobsStorage: azurite.connectionString,
      AzureFunctionsWebHost__hostid: id,
      AzureFunctionsJobHost__singleton__listenerLockPeriod: '00:00:15',
      AzureFunctionsJobHost__singleton__listenerLockRecoveryPollingInterval: '00:00:00.100',
    },
  })
const fired = (host: SpawnedHost): boolean => host.logs().includes('every-second pastDue')
const waits = (host: SpawnedHost): Promise<void> => host.logged(/timer-waits.*every-second/)

test('one of two hosts fires; when it stops the other one does, at once', async () => {
  const id = randomUUID()
  await using first = await startHost(id)
  await first.logged('every-second pastDue=false')
  await using second = await startHost(id)
  await waits(second)
  await first.logged('every-second pastDue=false', 3)
  expect(fired(second)).toBe(false)
  await first.close()
  await second.logged('every-second pastDue=false')
})

test('hosts of other apps do not wait for each other', async () => {
  await using first = await startHost(randomUUID())
  await using second = await startHost(randomUUID())
  await Promise.all([first.logged('every-second pastDue'), second.logged('every-second pastDue')])
})

test('a killed host holds its lock until the lease has run out', async () => {
  const id = randomUUID()
  const first = await startHost(id)
  await first.logged('every-second pastDue=false')
  await first.kill('SIGKILL')
  await using second = await startHost(id)
  await waits(second)
  const lock = blobs.getBlobClient(`locks/${id}/Host.Functions.every-second.Listener`)
  expect((await lock.getProperties()).leaseState).toBe('leased')
  expect(fired(second)).toBe(false)
  // As if its fifteen seconds were over.
  await lock.getBlobLeaseClient().breakLease(0)
  await second.logged('every-second pastDue=false')
  expect((await lock.getProperties()).leaseState).toBe('leased')
})

test('a host that finds its lock with another one stops firing, and waits', async () => {
  const id = randomUUID()
  await using host = await startHost(id)
  await host.logged('every-second pastDue=false')
  const lock = blobs.getBlobClient(`locks/${id}/Host.Functions.every-second.Listener`)
  await lock.getBlobLeaseClient().breakLease(0)
  await lock.getBlobLeaseClient().acquireLease(60)
  await host.logged(/timer-lock-lost.*every-second/)
  await waits(host)
  expect(host.logs().split('timer-lock-lost')[1]).not.toContain('every-second pastDue')
})

test('what was missed is in the storage: it fires at once, in one host, once', async () => {
  const id = randomUUID()
  const status = blobs.getBlockBlobClient(`timers/${id}/Host.Functions.missed/status`)
  const text =
    '{"Last":"2020-01-01T00:00:00Z","Next":"2021-01-01T00:00:00Z","LastUpdated":"2020-01-01T00:00:00Z"}'
  await status.upload(text, text.length)
  await using first = await startHost(id)
  await first.logged(/missed pastDue=true .{0,3}\{.{0,3}"last.{0,5}2020-01-01/)
  await first.logged('every-second pastDue=false')
  await using second = await startHost(id)
  await waits(second)
  await first.close()
  await second.logged(/timer-lock".*"missed"/)
  await second.logged('every-second pastDue=false')
  expect(second.logs()).not.toContain('missed pastDue')
  const stored = JSON.parse((await status.downloadToBuffer()).toString()) as { Next: string }
  expect(stored.Next).toMatch(/^20\d\d-01-01T00:00:00\.000Z$/)
})

test('storage that is not there yet is waited for, and said once', async () => {
  const away =
    'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:9/a;'
  await using host = await spawnFunctionsHost({
    app,
    log: 'info',
    settings: { AzureWebJobsStorage: away },
  })
  await host.logged(/timer-storage.*every-second/)
  expect((await fetch(`${host.url}/api/greeting`)).status).toBe(200)
  expect(await host.kill()).toEqual({ code: 0, signal: null })
  expect(host.logs().match(/timer-storage.*every-second/g)).toHaveLength(1)
  expect(fired(host)).toBe(false)
})
