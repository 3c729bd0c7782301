// Users, their permissions, and what the resource tokens of permissions allow.
import { CosmosClient, PermissionMode } from '@azure/cosmos'
import { type EmulatorAccount, startEmulator, statusOf } from './start.ts'

let account: EmulatorAccount
let now: number
beforeEach(async () => {
  now = 1_700_000_000_000
  account = await startEmulator({ clock: () => now })
})
afterEach(() => account[Symbol.asyncDispose]())

/** The container as the holder of a token for `resource` sees it. */
async function holder(
  resource: string,
  permissionMode: PermissionMode,
  more: { resourcePartitionKey?: string[] } = {},
) {
  const { users } = account.database
  const { user } = await users.upsert({ id: 'ann' })
  const permission = { id: crypto.randomUUID(), permissionMode, resource, ...more }
  const { resource: made } = await user.permissions.create(permission)
  const client = new CosmosClient({
    endpoint: account.cosmos.url,
    resourceTokens: { [resource]: made!._token, c1: made!._token },
    connectionPolicy: { enableBackgroundEndpointRefreshing: false },
  })
  return client.database('db').container('c1')
}

test('users: created, found, renamed, deleted with their permissions', async () => {
  const { users } = account.database
  await account.container()
  const { user, resource } = await users.create({ id: 'ann' })
  expect(resource).toMatchObject({
    id: 'ann',
    _self: 'dbs/AAAAAQ==/users/AAAAAQ==/',
    _permissions: 'permissions/',
  })
  expect(await statusOf(users.create({ id: 'ann' }))).toBe(409)
  expect((await users.upsert({ id: 'ann' })).statusCode).toBe(200)
  const named = {
    query: 'SELECT VALUE u.id FROM u WHERE u.id = @id',
    parameters: [{ name: '@id', value: 'ann' }],
  }
  expect((await users.query(named).fetchAll()).resources).toEqual(['ann'])
  const permission = { id: 'p', permissionMode: PermissionMode.Read, resource: 'dbs/db/colls/c1' }
  await user.permissions.create(permission)
  expect((await user.replace({ id: 'eve' })).resource?.id).toBe('eve')
  expect(await statusOf(user.read())).toBe(404)
  const eve = account.database.user('eve')
  expect((await eve.permissions.readAll().fetchAll()).resources).toMatchObject([permission])
  await eve.delete()
  await users.create({ id: 'eve' })
  expect((await eve.permissions.readAll().fetchAll()).resources).toEqual([])
})

test('permissions: created, replaced, queried, deleted; one for each resource', async () => {
  await account.container()
  const { user } = await account.database.users.create({ id: 'ann' })
  const given = { id: 'p', permissionMode: PermissionMode.Read, resource: 'dbs/db/colls/c1' }
  const created = await user.permissions.create(given)
  expect(created.statusCode).toBe(201)
  expect(created.resource?._token).toMatch(/^type=resource&ver=1&sig=/)
  expect(await statusOf(user.permissions.create({ ...given, id: 'q' }))).toBe(409)
  expect(await statusOf(user.permissions.create({ ...given, id: 'q', resource: 'dbs/db/colls/c2' }))).toBe(
    404,
  )
  expect(await statusOf(user.permissions.create({ ...given, id: 'q', resource: 'dbs/db' }))).toBe(400)
  const changed = await user
    .permission('p')
    .replace({ ...given, id: 'q', permissionMode: PermissionMode.All })
  expect(changed.resource).toMatchObject({ id: 'q', permissionMode: 'all' })
  const found = await user.permissions.query({ query: 'SELECT VALUE p.id FROM p' }).fetchAll()
  expect(found.resources).toEqual(['q'])
  await user.permission('q').delete()
  expect(await statusOf(user.permission('q').read())).toBe(404)
})

test('a token to read a container reads, queries and follows it, and writes nothing', async () => {
  const container = await account.container()
  await container.items.create({ id: 'a', pk: 'p' })
  const seen = await holder('dbs/db/colls/c1', PermissionMode.Read)
  expect((await seen.read()).resource?.id).toBe('c1')
  expect((await seen.item('a', 'p').read()).resource.id).toBe('a')
  expect((await seen.items.query('SELECT VALUE c.id FROM c ORDER BY c.id').fetchAll()).resources).toEqual([
    'a',
  ])
  expect(await statusOf(seen.items.create({ id: 'b', pk: 'p' }))).toBe(403)
  expect(await statusOf(seen.item('a', 'p').delete())).toBe(403)
  expect(await statusOf(seen.delete())).toBe(403)
})

test('a token for one partition key writes there and nowhere else', async () => {
  await account.container()
  const seen = await holder('dbs/db/colls/c1', PermissionMode.All, { resourcePartitionKey: ['p'] })
  expect((await seen.items.create({ id: 'a', pk: 'p' })).statusCode).toBe(201)
  expect(await statusOf(seen.items.create({ id: 'a', pk: 'q' }))).toBe(403)
  expect(await statusOf(seen.items.query('SELECT * FROM c').fetchAll())).toBe(403)
  expect(await statusOf(seen.delete())).toBe(403)
})

test('a token for one document, named by its resource id', async () => {
  const container = await account.container()
  const { resource } = await container.items.create({ id: 'a', pk: 'p' })
  await container.items.create({ id: 'a', pk: 'q' })
  const seen = await holder(resource!._self, PermissionMode.All)
  const replaced = await seen.item('a', 'p').replace({ id: 'a', pk: 'p', n: 1 })
  expect(replaced.resource).toMatchObject({ n: 1 })
  expect(await statusOf(seen.item('a', 'q').read())).toBe(403)
})

test('a token lasts an hour', async () => {
  await account.container()
  const seen = await holder('dbs/db/colls/c1', PermissionMode.Read)
  now += 3_599_000
  expect((await seen.read()).statusCode).toBe(200)
  now += 1000
  expect(await statusOf(seen.read())).toBe(403)
})
