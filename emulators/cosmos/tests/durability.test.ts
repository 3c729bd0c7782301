// What survives: a restart, and `kill -9` in the middle of writing.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChangeFeedStartFrom, type Container } from '@azure/cosmos'
import { startCosmos } from '../server.ts'
import { EMULATOR_KEY } from '../wire/auth.ts'
import { newClient } from './start.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cosmos-test-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

async function openLog(url: string): Promise<{ container: Container; dispose(): void }> {
  const client = newClient(url, EMULATOR_KEY)
  const { database } = await client.databases.createIfNotExists({ id: 'db' })
  const { container } = await database.containers.createIfNotExists({
    id: 'log',
    partitionKey: { paths: ['/pk'], version: 2 },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/dedupe'] }] },
  })
  return { container, dispose: () => client.dispose() }
}

test('a restart keeps data, resource ids, unique keys and the numbering of transactions', async () => {
  const before = await startCosmos({ port: 0, dataDir })
  const first = await openLog(before.url)
  await first.container.items.create({ id: '1', pk: 'p', dedupe: 'a' })
  const { resource: definition } = await first.container.read()
  const feed = first.container.items.getChangeFeedIterator({
    changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
  })
  const { continuationToken } = await feed.readNext()
  await first.container.items.create({ id: '2', pk: 'p', dedupe: 'b' })
  // The newest number belongs to a document that is gone: it must not be given out again.
  await first.container.item('2', 'p').delete()
  first.dispose()
  await before.close()

  await using after = await startCosmos({ port: 0, dataDir })
  const second = await openLog(after.url)
  expect((await second.container.read()).resource).toEqual(definition)
  await expect(second.container.items.create({ id: '3', pk: 'p', dedupe: 'a' })).rejects.toMatchObject({
    code: 409,
  })
  const resumed = second.container.items.getChangeFeedIterator({
    changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuationToken),
  })
  expect((await resumed.readNext()).statusCode).toBe(304)
  await second.container.items.create({ id: '4', pk: 'p', dedupe: 'd' })
  const { result } = await resumed.readNext()
  expect(result.map(({ id }) => id)).toEqual(['4'])
  expect((result[0] as { _lsn?: number })._lsn).toBeGreaterThan(3)
  second.dispose()
})

test('two processes cannot open the same data', async () => {
  await using _ = await startCosmos({ port: 0, dataDir })
  await expect(startCosmos({ port: 0, dataDir })).rejects.toThrow('is another Cosmos DB emulator using it?')
})

const COMMAND = join(import.meta.dirname, '../../main.ts')

async function spawnEmulator(...flags: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [COMMAND, 'cosmos', '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  return { child, url: (JSON.parse(line.toString('utf8')) as { url: string }).url }
}

test('kill -9 under load: every acknowledged batch is there, whole; no other is there in part', async () => {
  const acknowledged = new Set<string>()
  for (let round = 0; round < 5; round++) {
    const { child, url } = await spawnEmulator('--data', dataDir)
    const { container, dispose } = await openLog(url)
    const exited = once(child, 'exit')
    const kill = 20 + round * 7
    let committed = 0
    const writer = async (name: string) => {
      for (let i = 0; ; i++) {
        const batch = `${round}-${name}-${i}`
        const operations = [1, 2, 3].map((part) => ({
          operationType: 'Create' as const,
          resourceBody: { id: `${batch}-${part}`, pk: 'p', dedupe: `${batch}-${part}`, batch },
        }))
        const { code } = await container.items.batch(operations, 'p')
        if (code === 200) acknowledged.add(batch)
        if (++committed === kill) child.kill('SIGKILL')
      }
    }
    await Promise.allSettled(['a', 'b', 'c', 'd'].map(writer))
    await exited
    dispose()
  }
  expect(acknowledged.size).toBeGreaterThan(100)
  await using cosmos = await startCosmos({ port: 0, dataDir })
  const { container, dispose } = await openLog(cosmos.url)
  const grouped = 'SELECT c.batch, COUNT(1) AS parts FROM c GROUP BY c.batch'
  const { resources } = await container.items
    .query<{ batch: string; parts: number }>(grouped, { partitionKey: 'p', maxItemCount: -1 })
    .fetchAll()
  expect(resources.filter(({ parts }) => parts !== 3)).toEqual([])
  const found = new Set(resources.map(({ batch }) => batch))
  expect([...acknowledged].filter((batch) => !found.has(batch))).toEqual([])
  dispose()
})

test('a kill between commit and answer: the client sees an error, the document is there', async () => {
  const { child, url } = await spawnEmulator('--data', dataDir)
  const first = await openLog(url)
  const exited = once(child, 'exit')
  await fetch(`${url}_emulator/faults`, {
    method: 'POST',
    body: JSON.stringify({ operation: 'items.create', fault: { kind: 'kill', step: 'committed' } }),
  })
  await expect(first.container.items.create({ id: '1', pk: 'p', dedupe: 'a' })).rejects.toBeDefined()
  expect((await exited)[1]).toBe('SIGKILL')
  first.dispose()
  await using cosmos = await startCosmos({ port: 0, dataDir })
  const second = await openLog(cosmos.url)
  expect((await second.container.item('1', 'p').read()).statusCode).toBe(200)
  second.dispose()
})

test('the command stops cleanly on a signal, and says which port is taken', async () => {
  const { child, url } = await spawnEmulator()
  const second = spawn(process.execPath, [COMMAND, 'cosmos', '--port', new URL(url).port], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [[message], [code]] = await Promise.all([once(second.stderr, 'data'), once(second, 'exit')])
  expect(String(message)).toContain(`Port ${new URL(url).port} is taken`)
  expect(code).toBe(1)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
