// `node emulators/cosmos/bench.ts [documents]`: what the emulator does per second, over HTTP through the official SDK and
// by raw keep-alive requests, and whether a page costs the same in a big partition as in a small one.

import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChangeFeedStartFrom, CosmosClient } from '@azure/cosmos'
import { EMULATOR_KEY } from './wire/auth.ts'

const documents = Number(process.argv[2] ?? 20_000)
const dir = mkdtempSync(join(tmpdir(), 'cosmos-bench-'))
const child = spawn(
  process.execPath,
  [join(import.meta.dirname, '../main.ts'), 'cosmos', '--port', '0', '--data', dir],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
const [line] = (await once(child.stdout, 'data')) as [Buffer]
const { url } = JSON.parse(line.toString('utf8')) as { url: string }
const client = new CosmosClient({
  endpoint: url,
  key: EMULATOR_KEY,
  connectionPolicy: { enableBackgroundEndpointRefreshing: false },
})
const { database } = await client.databases.createIfNotExists({ id: 'bench' })
const { container } = await database.containers.createIfNotExists({
  id: 'log',
  partitionKey: { paths: ['/room'], version: 2 },
  uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/dedupe'] }] },
  indexingPolicy: {
    includedPaths: [{ path: '/seq/?' }, { path: '/dedupe/?' }],
    excludedPaths: [{ path: '/*' }],
  },
})
const padding = 'x'.repeat(300)
const entry = (room: string, seq: number) => ({ id: `e:${seq}`, room, seq, dedupe: `d:${seq}`, padding })

/** Runs `total` calls, `width` at a time; prints calls per second and the median and worst time of one. */
async function measure(name: string, total: number, width: number, call: (i: number) => Promise<unknown>) {
  const times: number[] = []
  let next = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < total) {
        const i = next++
        const at = performance.now()
        await call(i)
        times.push(performance.now() - at)
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(2)
  console.log(
    `${name.padEnd(44)} ${Math.round(total / seconds)
      .toString()
      .padStart(7)}/s   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`,
  )
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
function raw(
  method: string,
  path: string,
  link: string,
  body: string,
  headers: Record<string, string>,
): Promise<number> {
  const date = new Date().toUTCString()
  const text = `${method.toLowerCase()}\ndocs\n${link}\n${date.toLowerCase()}\n\n`
  const signature = createHmac('sha256', Buffer.from(EMULATOR_KEY, 'base64')).update(text).digest('base64')
  const authorization = encodeURIComponent(`type=master&ver=1.0&sig=${signature}`)
  return new Promise((resolve, reject) => {
    const out = request(new URL(path, url), {
      method,
      agent,
      headers: { authorization, 'x-ms-date': date, ...headers },
    })
    out.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode!)))
    out.on('error', reject).end(body)
  })
}

const docs = '/dbs/bench/colls/log/docs'
const link = 'dbs/bench/colls/log'
const key = (room: string) => ({ 'x-ms-documentdb-partitionkey': JSON.stringify([room]) })
await measure('raw create, 32 at a time', 8000, 32, (i) =>
  raw('POST', docs, link, JSON.stringify(entry('raw', i)), key('raw')),
)
await measure('raw point read, 32 at a time', 8000, 32, (i) =>
  raw('GET', `${docs}/e%3A${i}`, `${link}/docs/e:${i}`, '', key('raw')),
)
await measure('SDK create, 16 at a time', 3000, 16, (i) => container.items.create(entry('sdk', i)))
await measure('SDK point read, 16 at a time', 3000, 16, (i) => container.item(`e:${i}`, 'sdk').read())
let seq = 0
const batch = (room: string, size: number) =>
  container.items.batch(
    [
      ...Array.from({ length: size }, () => ({
        operationType: 'Create' as const,
        resourceBody: entry(room, seq++),
      })),
      { operationType: 'Read' as const, id: `e:${Math.max(0, seq - size - 1)}` },
    ],
    room,
  )
await batch('hot', 1)
await measure('SDK batch of 90 creates and a read, 1 at a time', 300, 1, () => batch('hot', 90))
const page = { query: 'SELECT * FROM c WHERE c.seq < @s ORDER BY c.seq DESC OFFSET 0 LIMIT 50' }
const history = (room: string, before: number) =>
  container.items
    .query({ ...page, parameters: [{ name: '@s', value: before }] }, { partitionKey: room })
    .fetchAll()
seq = 0
for (let i = 0; i < 10; i++) await batch('small', 99)
seq = 0
for (let i = 0; i < documents / 99; i++) await batch('big', 99)
await history('small', 900)
await measure('SDK page of 50, partition of 990', 500, 1, () => history('small', 900))
await measure(`SDK page of 50, partition of ${seq}`, 500, 1, (i) => history('big', seq - i))
await measure('raw page of 50, 16 at a time', 3000, 16, () =>
  raw('POST', docs, link, JSON.stringify({ ...page, parameters: [{ name: '@s', value: 900 }] }), {
    ...key('small'),
    'x-ms-documentdb-isquery': 'true',
    'content-type': 'application/query+json',
  }),
)
const feed = container.items.getChangeFeedIterator({
  changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
  maxItemCount: 100,
})
await measure('SDK feed page of 100', Math.floor(documents / 150), 1, () => feed.readNext())
await measure('raw idle feed poll, 16 at a time', 8000, 16, () =>
  raw('GET', docs, link, '', { 'a-im': 'Incremental Feed', 'if-none-match': '"99999999"' }),
)
client.dispose()
agent.destroy()
child.kill('SIGTERM')
await once(child, 'exit')
rmSync(dir, { recursive: true })
