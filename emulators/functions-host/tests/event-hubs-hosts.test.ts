// Several hosts on one event hub: partitions are shared out, given back by who stops, and taken from the dead.
import { fileURLToPath } from 'node:url'
import { type Azurite, startAzurite } from '../../azurite/server.ts'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'
import { type Broker, startBroker } from './support/event-hub-broker.ts'

const app = fileURLToPath(new URL('./apps/hub', import.meta.url))
const HUB = 'AzureFunctionsJobHost__extensions__eventHubs__'
let azurite: Azurite

beforeAll(async () => {
  azurite = await startAzurite({ services: ['blob'] })
})
afterAll(() => azurite.close())

const start = (broker: Broker): Promise<SpawnedHost> =>
  spawnFunctionsHost({
    app,
    log: 'info',
    settings: {
      AzureWebJobsStorage: azurite.connectionString,
      HUB: broker.connectionString,
      HUB_NAME: 'events',
      ...Object.fromEntries(
        ['one', 'bytes', 'patient'].map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']),
      ),
      [`${HUB}loadBalancingUpdateInterval`]: '00:00:00.200',
      [`${HUB}partitionOwnershipExpirationInterval`]: '00:00:03',
    },
  })
const did = (host: SpawnedHost, body: string) => host.logged(new RegExp(`many did .*${body}\\W`))

test('two hosts share four partitions, and each event is run by one of them; what one gives back the other takes', async () => {
  await using broker = await startBroker({ partitions: [[], [], [], []] })
  const all = (prefix: string): string[] => [0, 1, 2, 3].map((index) => `${prefix}${index}`)
  const send = (prefix: string): void => {
    for (const [index, body] of all(prefix).entries()) broker.send(index, { body })
  }
  await using first = await start(broker)
  await first.logged('partition-acquired', 4)
  await using second = await start(broker)
  await Promise.all([second.logged('partition-acquired', 2), first.logged('partition-lost', 2)])
  send('a')
  await Promise.all(all('a').map((body) => Promise.any([did(first, body), did(second, body)])))
  expect([first, second].map((host) => host.logs().match(/many did/g)?.length)).toEqual([2, 2])

  await second.close()
  await first.logged('partition-acquired', 6)
  send('b')
  await Promise.all(all('b').map((body) => did(first, body)))

  await using third = await start(broker)
  await third.logged('partition-acquired', 2)
  await first.logged('partition-lost', 4)
  await third.kill('SIGKILL')
  await first.logged('partition-acquired', 8)
  send('c')
  await Promise.all(all('c').map((body) => did(first, body)))
  expect(first.logs()).not.toContain('"level":"error"')
})
