// `node emulators/cosmos/bench.ts [documents]`: what the emulator does per second through the SDK and, over the same data,
// in the core alone; and whether a page or a search costs the same in a big partition as in a small one.
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChangeFeedStartFrom, CosmosClient } from '@azure/cosmos'
import { rate, spawnEmulator } from '../kit/bench.ts'
import { startCosmos } from './server.ts'
import { EMULATOR_KEY } from './wire/auth.ts'

const SMALL = 1000
const documents = Number(process.argv[2] ?? 20_000)
const dir = mkdtempSync(join(tmpdir(), 'cosmos-bench-'))
const emulator = await spawnEmulator('cosmos', '--port', '0', '--data', dir)
const client = new CosmosClient({
  endpoint: emulator.ready.url,
  key: EMULATOR_KEY,
  connectionPolicy: { enableBackgroundEndpointRefreshing: false },
})
const { database } = await client.databases.createIfNotExists({ id: 'bench' })
const { container } = await database.containers.createIfNotExists({
  id: 'log',
  partitionKey: { paths: ['/room'], version: 2 },
  uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/dedupe'] }] },
  fullTextPolicy: { defaultLanguage: 'en-US', fullTextPaths: [{ path: '/text', language: 'en-US' }] },
  indexingPolicy: {
    includedPaths: [{ path: '/seq/?' }, { path: '/dedupe/?' }],
    excludedPaths: [{ path: '/*' }],
    fullTextIndexes: [{ path: '/text' }],
  },
})
const padding = 'x'.repeat(300)
const entry = (room: string, seq: number) => {
  const text = `hello number ${seq}${seq === 500 ? ' needle' : ''}`
  return { id: `e:${seq}`, room, seq, dedupe: `d:${seq}`, text, padding }
}
const create = (room: string, from: number, count: number) =>
  container.items.batch(
    Array.from({ length: count }, (_, i) => ({
      operationType: 'Create' as const,
      resourceBody: entry(room, from + i),
    })),
    room,
  )
for (const [room, total] of [['small', SMALL] as const, ['big', documents] as const]) {
  for (let seq = 1; seq <= total; seq += 100) await create(room, seq, 100)
}

const PAGE = 'SELECT TOP 50 * FROM c WHERE c.seq < @before ORDER BY c.seq DESC'
const SEARCH =
  'SELECT TOP 50 * FROM c WHERE FullTextContainsAll(c.text, "needle", "hello") AND c.seq < @before ORDER BY c.seq DESC'
const queryOf = (query: string, before: number) => ({
  query,
  parameters: [{ name: '@before', value: before }],
})
const ROOMS = [
  ['small', SMALL],
  ['big', documents],
] as const

await rate('Cosmos DB, SDK: create', 16, (i) => container.items.create(entry('sdk', i)))
await rate('Cosmos DB, SDK: point read', 16, (i) => container.item(`e:${(i % SMALL) + 1}`, 'small').read())
await rate('Cosmos DB, SDK: batch of 90 creates', 1, (i) => create('batches', i * 90, 90))
for (const [name, query] of [['page of 50', PAGE] as const, ['search for a rare word', SEARCH] as const]) {
  for (const [room, total] of ROOMS) {
    await rate(`Cosmos DB, SDK: ${name}, partition of ${total}`, 1, (i) =>
      container.items.query(queryOf(query, total - (i % 100)), { partitionKey: room }).fetchAll(),
    )
  }
}
const changes = container.items.getChangeFeedIterator({
  changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
  maxItemCount: 100,
})
await rate('Cosmos DB, SDK: change feed page of 100', 1, () => changes.readNext())
client.dispose()
await emulator.stop()

// The core: parsed, authorised, executed and rendered as on the wire, without sockets and without the SDK.
const cosmos = await startCosmos({ port: 0, dataDir: dir })
const LINK = 'dbs/bench/colls/log'
const date = new Date().toUTCString()
const signed = new Map<string, string>()
const authorization = (method: string, link: string): string => {
  const text = `${method.toLowerCase()}\ndocs\n${link}\n${date.toLowerCase()}\n\n`
  const known = signed.get(text)
  if (known) return known
  const signature = createHmac('sha256', Buffer.from(EMULATOR_KEY, 'base64')).update(text).digest('base64')
  const made = encodeURIComponent(`type=master&ver=1.0&sig=${signature}`)
  signed.set(text, made)
  return made
}
async function core(method: string, room: string, body: unknown, headers = {}, id?: string): Promise<void> {
  const link = id === undefined ? LINK : `${LINK}/docs/${id}`
  const { status } = await cosmos.dispatch({
    method,
    url: `/${LINK}/docs${id === undefined ? '' : `/${encodeURIComponent(id)}`}`,
    headers: {
      authorization: authorization(method, link),
      'x-ms-date': date,
      'x-ms-documentdb-partitionkey': JSON.stringify([room]),
      ...headers,
    },
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  })
  if (status >= 400) throw new Error(`${method} ${link} answered ${status}`)
}
const BATCH = { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-atomic': 'true' }
const QUERY = { 'content-type': 'application/query+json', 'x-ms-documentdb-isquery': 'true' }
await rate('Cosmos DB, core: create', 16, (i) => core('POST', 'core', entry('core', i)))
await rate('Cosmos DB, core: point read', 16, (i) =>
  core('GET', 'small', undefined, {}, `e:${(i % SMALL) + 1}`),
)
await rate('Cosmos DB, core: batch of 90 creates', 1, (i) => {
  const operations = Array.from({ length: 90 }, (_, at) => ({
    operationType: 'Create',
    resourceBody: entry('core-batches', i * 90 + at),
  }))
  return core('POST', 'core-batches', operations, BATCH)
})
for (const [name, query] of [['page of 50', PAGE] as const, ['search for a rare word', SEARCH] as const]) {
  for (const [room, total] of ROOMS) {
    await rate(`Cosmos DB, core: ${name}, partition of ${total}`, 1, (i) =>
      core('POST', room, queryOf(query, total - (i % 100)), QUERY),
    )
  }
}
await cosmos.close()
rmSync(dir, { recursive: true })
