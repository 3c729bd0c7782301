// Consistency levels, session tokens and the conditions of writes.
import { ConsistencyLevel, CosmosClient } from '@azure/cosmos'
import { startEmulator, statusOf } from './start.ts'

test('a request can relax the level of the account and not tighten it', async () => {
  await using account = await startEmulator()
  const container = await account.container()
  await container.items.create({ id: 'a', pk: 'p' })
  const read = (consistencyLevel: ConsistencyLevel) => container.item('a', 'p').read({ consistencyLevel })
  expect((await read(ConsistencyLevel.Eventual)).statusCode).toBe(200)
  const message = expect.stringContaining(
    'ConsistencyLevel Strong specified in the request is invalid when service is configured with consistency level Session.',
  )
  await expect(read(ConsistencyLevel.Strong)).rejects.toMatchObject({ code: 400, message })
  const consistencyLevel = ConsistencyLevel.BoundedStaleness
  await expect(container.items.create({ id: 'b', pk: 'p' }, { consistencyLevel })).rejects.toMatchObject({
    code: 400,
  })
})

test('session tokens name the range; one ahead of what has happened is answered 404', async () => {
  await using account = await startEmulator({ ranges: 2 })
  const container = await account.container()
  // Their hashes begin with 3A and 01: the two halves of hash space.
  const first = await container.items.create({ id: 'a', pk: 'a' })
  const second = await container.items.create({ id: 'b', pk: 'комната №1' })
  const third = await container.item('b', 'комната №1').read()
  expect(first.headers['x-ms-session-token']).toBe('1:-1#1')
  expect(second.headers['x-ms-session-token']).toBe('0:-1#2')
  expect(third.headers['x-ms-session-token']).toBe('0:-1#2')
  const read = (sessionToken: string) => container.item('a', 'a').read({ sessionToken })
  expect((await read('0:-1#2,1:-1#1')).statusCode).toBe(200)
  expect((await read('7:-1#99')).statusCode).toBe(200)
  await expect(read('nonsense')).rejects.toMatchObject({ code: 400 })
  // The SDK asks once more without the token.
  const refused = () => account.cosmos.stats.read()['items.read']?.statuses['404']
  expect(refused()).toBeUndefined()
  expect((await read('1:-1#99')).statusCode).toBe(200)
  expect(refused()).toBe(1)
  account.cosmos.split('db', container.id, '1')
  expect((await read('1:-1#2')).statusCode).toBe(200)
  expect((await read('1:-1#99')).statusCode).toBe(200)
  expect(refused()).toBe(2)
})

test('a client in session mode reads its own writes over several ranges', async () => {
  await using account = await startEmulator({ ranges: 3 })
  const { id } = await account.container()
  const client = new CosmosClient({
    endpoint: account.cosmos.url,
    key: account.cosmos.key,
    consistencyLevel: ConsistencyLevel.Session,
    connectionPolicy: { enableBackgroundEndpointRefreshing: false },
  })
  const container = client.database('db').container(id)
  for (let i = 0; i < 12; i++) {
    await container.items.create({ id: `${i}`, pk: `room-${i}` })
    expect((await container.item(`${i}`, `room-${i}`).read()).statusCode).toBe(200)
  }
  expect((await container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources).toEqual([12])
  client.dispose()
})

test('If-None-Match on writes: any version, or this one, is enough to refuse', async () => {
  await using account = await startEmulator()
  const container = await account.container()
  const { etag } = await container.items.create({ id: 'a', pk: 'p' })
  const unless = (condition: string) => ({ accessCondition: { type: 'IfNoneMatch', condition } })
  const upsert = (condition: string, id = 'a') => container.items.upsert({ id, pk: 'p' }, unless(condition))
  const item = container.item('a', 'p')
  expect(await statusOf(upsert('*'))).toBe(412)
  expect(await statusOf(upsert(etag))).toBe(412)
  expect(await statusOf(item.replace({ id: 'a', pk: 'p' }, unless(etag)))).toBe(412)
  expect(await statusOf(item.patch([{ op: 'set', path: '/x', value: 1 }], unless(etag)))).toBe(412)
  expect(await statusOf(item.delete(unless('*')))).toBe(412)
  expect(await statusOf(upsert('*', 'new'))).toBe(0)
  expect(await statusOf(upsert('"another"'))).toBe(0)
})
