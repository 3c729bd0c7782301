// What survives: a restart, and `kill -9` in the middle of writing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChangeFeedStartFrom } from '@azure/cosmos'
import { startCosmos } from '../server.ts'
import { COMMAND, killRounds, openLog, spawnEmulator } from './kill-rounds.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cosmos-test-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

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

test('100 times kill -9 under load: every acknowledged batch is there, whole; no other is there in part', async () => {
  const { acknowledged, missing, torn } = await killRounds(dataDir, 100)
  expect(acknowledged).toBeGreaterThan(1500)
  expect({ missing, torn }).toEqual({ missing: [], torn: [] })
}, 240_000)

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
