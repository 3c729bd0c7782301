import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CosmosClient } from '@azure/cosmos'
import { QueueServiceClient } from '@azure/storage-queue'
import { startAzurite } from '../../emulators/azurite/server.ts'
import { startCosmos } from '../../emulators/cosmos/server.ts'
import { temporaryFolder } from './run.ts'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

async function provision(task: { plan: string; cosmos: string; storage: string }): Promise<unknown> {
  const child = fork(file('../provision.ts'))
  const said = once(child, 'message')
  child.send(task)
  const [[answer]] = await Promise.all([said, once(child, 'exit')])
  return answer
}

test('containers of an earlier version get the indexes they lack, and keep what is in them', async () => {
  await using folder = await temporaryFolder()
  await using cosmos = await startCosmos({ port: 0 })
  const azurite = await startAzurite()
  const now = JSON.parse(await readFile(file('../../infra/containers.json'), 'utf8'))
  const [{ fullTextPolicy: _, indexingPolicy, ...chats }, ...others] = now.containers
  const { fullTextIndexes: _indexes, ...earlier } = indexingPolicy
  const before = { ...now, containers: [{ ...chats, indexingPolicy: earlier }, ...others] }
  const plan = join(folder.path, 'before.json')
  await writeFile(plan, JSON.stringify(before))
  const task = { cosmos: cosmos.connectionString, storage: azurite.connectionString }
  expect(await provision({ ...task, plan })).toEqual({ done: true })

  const client = new CosmosClient(cosmos.connectionString)
  const container = client.database(now.database).container('chats')
  await container.items.create({ id: 'e:1', chatId: 'c1', dedupeKey: 'k1', content: { text: 'kept' } })
  for (const _again of [1, 2]) {
    const done = await provision({ ...task, plan: file('../../infra/containers.json') })
    expect(done).toEqual({ done: true })
  }
  const { resource } = await container.read()
  expect(resource?.indexingPolicy?.fullTextIndexes).toEqual([{ path: '/content/text' }])
  const query = "SELECT VALUE c.id FROM c WHERE FullTextContains(c.content.text, 'kept')"
  const { resources } = await container.items.query(query, { partitionKey: 'c1' }).fetchAll()
  expect(resources).toEqual(['e:1'])
  client.dispose()
  await azurite.close()
}, 30_000)

test('what compose runs waits for an emulator that is late, and makes all there is to make', async () => {
  const azurite = await startAzurite()
  const early = await startCosmos({ port: 0 })
  const { port, connectionString } = early
  await early.close()
  const child = spawn(process.execPath, [file('../../infra/local/provision.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, Cosmos: connectionString, AzureWebJobsStorage: azurite.connectionString },
  })
  const said = createInterface(child.stdout)
  const ended = once(child, 'exit')
  const [first] = await once(said, 'line')
  expect(JSON.parse(first)).toEqual({ failed: expect.stringContaining('ECONNREFUSED') })

  await using _late = await startCosmos({ port })
  expect(await ended).toEqual([0, null])
  const client = new CosmosClient(connectionString)
  const { resources } = await client.database('parley').containers.readAll().fetchAll()
  const made = resources.map(({ id }) => id).sort()
  expect(made).toEqual(['chats', 'inbox', 'leases', 'sessions', 'state', 'users'])
  const { resource } = await client.database('parley').container('chats').read()
  expect(resource?.uniqueKeyPolicy?.uniqueKeys).toEqual([{ paths: ['/dedupeKey'] }])
  const queues = QueueServiceClient.fromConnectionString(azurite.connectionString).listQueues()
  expect((await Array.fromAsync(queues)).map(({ name }) => name).sort()).toEqual([
    'bot-jobs',
    'chat-jobs',
    'dead-letters',
    'repairs',
  ])
  client.dispose()
  await azurite.close()
}, 60_000)
