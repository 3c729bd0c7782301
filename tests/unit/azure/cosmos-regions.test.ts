// Two regions of one account, as far as the SDK asks them: which of them it reads from, and what it does when one is gone.
import { createServer, type Server } from 'node:http'
import { createCosmos } from '../../../shared/azure/cosmos.ts'

const KEY = Buffer.from('a key').toString('base64')
const asked: string[] = []
/** Regions that answer 503. */
const down = new Set<string>()
let regions: { name: string; server: Server; url: string }[]

/** Answers for the account, and notes which region was asked for an item. */
async function startRegion(name: string): Promise<{ name: string; server: Server; url: string }> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/') {
      const all = regions.map((each) => ({ name: each.name, databaseAccountEndpoint: each.url }))
      const account = {
        id: 'parley',
        writableLocations: all.slice(0, 1),
        readableLocations: all,
        userConsistencyPolicy: { defaultConsistencyLevel: 'Strong' },
      }
      return response.end(JSON.stringify(account))
    }
    if (request.url?.includes('/docs/')) asked.push(name)
    if (down.has(name)) return response.writeHead(503).end('{"message":"down"}')
    const isItem = request.url?.includes('/docs/')
    return response.end(
      JSON.stringify(isItem ? { id: 'a' } : { id: 'chats', partitionKey: { paths: ['/id'] } }),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { name, server, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/` }
}

beforeEach(async () => {
  asked.length = 0
  down.clear()
  regions = await Promise.all([startRegion('West Europe'), startRegion('North Europe')])
})
afterEach(() => {
  for (const { server } of regions) {
    server.closeAllConnections()
    server.close()
  }
})

async function readWith(names: string[]): Promise<void> {
  const database = createCosmos({
    cosmos: { connectionString: `AccountEndpoint=${regions[0]!.url};AccountKey=${KEY};` },
    database: 'parley',
    managedIdentityClientId: undefined,
    regions: names,
  })
  await database.container('chats').item('a', 'a').read()
  database.client.dispose()
}

test('without a list reads go to the region that writes', async () => {
  await readWith([])
  expect(asked).toEqual(['West Europe'])
})

test('with a list reads go to its first region, named as Azure or as people name it', async () => {
  await readWith(['northeurope', 'westeurope'])
  expect(asked).toEqual(['North Europe'])
})

test('when the first region of the list is unavailable, the next is asked', async () => {
  down.add('North Europe')
  await readWith(['northeurope', 'westeurope'])
  expect(asked).toEqual(['North Europe', 'West Europe'])
})
