// Ranges that are split under hosts at work: leases for the parts take over where the whole was read to.
import { fileURLToPath } from 'node:url'
import { type Container, CosmosClient } from '@azure/cosmos'
import { type Cosmos, startCosmos } from '../../cosmos/server.ts'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/feed', import.meta.url))
const leases = { acquireMs: 150, renewMs: 100, expirationMs: 600 }
let cosmos: Cosmos
let client: CosmosClient
let container: Container

beforeAll(async () => {
  cosmos = await startCosmos({ port: 0 })
  client = new CosmosClient(cosmos.connectionString)
})
afterAll(async () => {
  client.dispose()
  await cosmos.close()
})
beforeEach(async () => {
  const { database } = await client.databases.create({ id: 'test' })
  container = (
    await database.containers.create({ id: 'items', partitionKey: { paths: ['/id'], version: 2 } })
  ).container
})

const startHost = (): Promise<SpawnedHost> =>
  spawnFunctionsHost({
    app,
    log: 'info',
    leases,
    settings: {
      COSMOS: cosmos.connectionString,
      CONTAINER: container.id,
      ...Object.fromEntries(
        ['plain', 'patient', 'latecomer', 'copier'].map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']),
      ),
    },
  })
afterEach(() => client.database('test').delete())
const ids = (prefix: string): string[] => Array.from({ length: 24 }, (_, index) => `${prefix}${index}`)
const add = (names: string[]) => Promise.all(names.map((id) => container.items.create({ id })))
const did = (hosts: SpawnedHost[], names: string[]) =>
  Promise.all(
    names.map((id) => Promise.any(hosts.map((host) => host.logged(new RegExp(`did (\\w+,)*${id}[,;]`))))),
  )
const leaseNames = async () => {
  const { resources } = await container.database
    .container('leases')
    .items.readAll<{ LeaseToken?: string }>()
    .fetchAll()
  return resources.flatMap(({ LeaseToken }) => LeaseToken ?? []).sort()
}
const split = (range: string) => cosmos.split(container.database.id, container.id, range)

test('one host follows a split, and a split of a part', async () => {
  await using host = await startHost()
  await add(ids('a'))
  await did([host], ids('a'))
  split('0')
  await add(ids('b'))
  await did([host], ids('b'))
  expect(await leaseNames()).toEqual(['1', '2'])
  split('2')
  await add(ids('c'))
  await did([host], ids('c'))
  expect(await leaseNames()).toEqual(['1', '3', '4'])
  // Each document once: nothing of what was read before a split came again after it.
  const done = [...host.logs().matchAll(/ did ([\w,]+);/g)].flatMap(([, names = '']) => names.split(','))
  expect(done.sort()).toEqual([...ids('a'), ...ids('b'), ...ids('c')].sort())
})

test('what was split twice while no host was running is read by two, from where the last one stopped', async () => {
  const before = await startHost()
  await add(ids('a'))
  await did([before], ids('a'))
  await before.close()
  split('0')
  split('1')
  await add(ids('b'))
  await using first = await startHost()
  await using second = await startHost()
  await did([first, second], ids('b'))
  expect(await leaseNames()).toEqual(['2', '3', '4'])
  const all = `${first.logs()}${second.logs()}`
  expect(all).not.toMatch(/did (\w+,)*a\d/)
})
