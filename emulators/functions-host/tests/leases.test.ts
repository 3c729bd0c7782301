// Several hosts on one change feed: leases are shared out, taken over from the dead, and given back by the living.
import { fileURLToPath } from 'node:url'
import { CosmosClient, type Database } from '@azure/cosmos'
import { type Cosmos, startCosmos } from '../../cosmos/server.ts'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/feed', import.meta.url))
const leases = { acquireMs: 150, renewMs: 100, expirationMs: 600 }
let cosmos: Cosmos
let client: CosmosClient
let database: Database

beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, ranges: 4 })
  client = new CosmosClient(cosmos.connectionString)
  database = (await client.databases.create({ id: 'test' })).database
})
afterAll(async () => {
  client.dispose()
  await cosmos.close()
})

const FUNCTIONS = ['plain', 'patient', 'latecomer', 'copier']
const startHost = (container: string): Promise<SpawnedHost> =>
  spawnFunctionsHost({
    app,
    log: 'info',
    leases,
    settings: {
      COSMOS: cosmos.connectionString,
      CONTAINER: container,
      ...Object.fromEntries(FUNCTIONS.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true'])),
    },
  })

/** How many leases each owner holds, fewest first; `null` counts as an owner. */
async function shares(): Promise<number[]> {
  const { resources } = await database
    .container('leases')
    .items.readAll<{ Owner?: string | null }>()
    .fetchAll()
  const count = new Map<string | null, number>()
  for (const { Owner } of resources) if (Owner !== undefined) count.set(Owner, (count.get(Owner) ?? 0) + 1)
  return [...count.values()].sort()
}

const ids = (prefix: string): string[] => Array.from({ length: 24 }, (_, index) => `${prefix}${index}`)

test('two hosts share four ranges; when one is killed the other takes all and nothing is lost', async () => {
  const { container } = await database.containers.create({
    id: 'shared',
    partitionKey: { paths: ['/id'], version: 2 },
  })
  const add = (names: string[]) => Promise.all(names.map((id) => container.items.create({ id })))
  const did = (host: SpawnedHost, id: string) => host.logged(new RegExp(`did (\\w+,)*${id}[,;]`))

  await using first = await startHost('shared')
  await first.logged('lease-acquired', 4)
  expect(await shares()).toEqual([4])
  await using second = await startHost('shared')
  await Promise.all([second.logged('lease-acquired', 2), first.logged('lease-lost', 2)])
  // A host that is kept waiting may lose one and take it again.
  while ((await shares()).join() !== '2,2');

  await add(ids('a'))
  await Promise.all(ids('a').map((id) => Promise.any([did(first, id), did(second, id)])))
  await second.kill('SIGKILL')
  await add(ids('b'))
  await first.logged('lease-acquired', 6)
  await Promise.all(ids('b').map((id) => did(first, id)))
  expect(await shares()).toEqual([4])
})

test('a host that stops gives its leases back, and the next one need not wait for them to expire', async () => {
  await database.containers.create({ id: 'given-back', partitionKey: { paths: ['/id'], version: 2 } })
  await database.container('leases').delete()
  const first = await startHost('given-back')
  await first.logged('lease-acquired', 4)
  await first.close()
  expect(await shares()).toEqual([4])
  await using second = await startHost('given-back')
  await second.logged(/lease-acquired.*"from":null/, 4)
})
