// What the SDK cannot send, or hides: raw requests, headers, faults, statistics, and a client without sockets.
import { createHmac } from 'node:crypto'
import { CosmosClient } from '@azure/cosmos'
import { type EmulatorAccount, startEmulator, statusOf } from './start.ts'

let account: EmulatorAccount
beforeAll(async () => {
  account = await startEmulator()
})
afterAll(() => account[Symbol.asyncDispose]())
afterEach(() => account.cosmos.faults.clear())

const DATE = 'Sat, 21 Nov 2026 06:00:00 GMT'

/** A signed request for documents of a container; the link is the parent's for a feed. */
function raw(method: string, path: string, init: { headers?: Record<string, string>; body?: string } = {}) {
  const names = path.split('/').filter(Boolean).map(decodeURIComponent)
  const link = (names.length % 2 ? names.slice(0, -1) : names).join('/')
  const type = names[names.length % 2 ? names.length - 1 : names.length - 2]
  const signature = createHmac('sha256', Buffer.from(account.cosmos.key, 'base64'))
    .update(`${method.toLowerCase()}\n${type}\n${link}\n${DATE.toLowerCase()}\n\n`)
    .digest('base64')
  return fetch(new URL(path, account.cosmos.url), {
    method,
    headers: {
      authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`),
      'x-ms-date': DATE,
      ...init.headers,
    },
    ...(init.body !== undefined && { body: init.body }),
  })
}
const KEY = { 'x-ms-documentdb-partitionkey': '["p"]' }

test.each([
  ['no authorization', {}, 401],
  ['a resource token of nobody', { authorization: 'type%3Dresource%26ver%3D1.0%26sig%3Dabc' }, 401],
  ['a mangled token', { authorization: '%E0%A4%A' }, 401],
])('%s', async (_, headers, status) => {
  const answer = await fetch(new URL('/dbs', account.cosmos.url), { headers })
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ message: expect.any(String) })
})

test.each<[string, string, string, { headers?: Record<string, string>; body?: string }, number]>([
  ['JSON that is none', 'POST', '/docs', { headers: KEY, body: '{"id":' }, 400],
  ['no body', 'POST', '/docs', { headers: KEY }, 400],
  ['an array', 'POST', '/docs', { headers: KEY, body: '[]' }, 400],
  ['no id', 'POST', '/docs', { headers: KEY, body: '{"pk":"p"}' }, 400],
  ['an id with a slash', 'POST', '/docs', { headers: KEY, body: '{"id":"a/b","pk":"p"}' }, 400],
  ['no partition key', 'POST', '/docs', { body: '{"id":"a","pk":"p"}' }, 400],
  ['another partition key', 'POST', '/docs', { headers: KEY, body: '{"id":"a","pk":"q"}' }, 400],
  [
    'a partition key that is no JSON',
    'GET',
    '/docs/a',
    { headers: { 'x-ms-documentdb-partitionkey': 'p' } },
    400,
  ],
  ['an unknown range', 'GET', '/docs', { headers: { 'x-ms-documentdb-partitionkeyrangeid': '7' } }, 410],
  [
    'a pre-trigger',
    'POST',
    '/docs',
    { headers: { ...KEY, 'x-ms-documentdb-pre-trigger-include': 't' }, body: '{}' },
    501,
  ],
  ['a method that is none', 'PUT', '/docs', { headers: KEY, body: '{}' }, 405],
  ['a page size of 0', 'GET', '/docs', { headers: { 'x-ms-max-item-count': '0' } }, 400],
])('%s', async (_, method, path, init, status) => {
  const container = await account.container()
  const answer = await raw(method, `/dbs/db/colls/${container.id}${path}`, init)
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ code: expect.any(String), message: expect.any(String) })
})

test('a bulk request with an operation of another range is answered 410, and nothing of it is done', async () => {
  const container = await account.container()
  const [low] = account.cosmos.split('db', container.id, '0')
  // Their hashes begin with 01 and 3A.
  const operations = ['комната №1', 'a'].map((pk) => ({
    operationType: 'Create',
    partitionKey: JSON.stringify([pk]),
    resourceBody: { id: '1', pk },
  }))
  const answer = await raw('POST', `/dbs/db/colls/${container.id}/docs`, {
    headers: {
      'x-ms-cosmos-is-batch-request': 'true',
      'x-ms-cosmos-batch-atomic': 'false',
      'x-ms-documentdb-partitionkeyrangeid': low!.id,
    },
    body: JSON.stringify(operations),
  })
  expect([answer.status, answer.headers.get('x-ms-substatus')]).toEqual([410, '1002'])
  expect((await container.items.readAll().fetchAll()).resources).toEqual([])
})

test('every answer carries charge, activity id and, for a container, its session token', async () => {
  const container = await account.container()
  const path = `/dbs/db/colls/${container.id}/docs`
  const answer = await raw('POST', path, { headers: KEY, body: '{"id":"a","pk":"p"}' })
  expect(answer.status).toBe(201)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'x-ms-request-charge': '5.2',
    'x-ms-session-token': '0:-1#1',
    'x-ms-activity-id': expect.stringMatching(/^[\da-f-]{36}$/),
    'x-ms-alt-content-path': `dbs/db/colls/${container.id}`,
    etag: '"00000000-0000-0000-0000-000000000001"',
    lsn: '1',
  })
})

test('an injected 429 is retried by the SDK', async () => {
  const container = await account.container()
  account.cosmos.faults.add({
    operation: 'items.create',
    fault: { kind: 'status', status: 429, headers: { 'x-ms-retry-after-ms': '1' } },
    count: 2,
  })
  expect((await container.items.create({ id: 'a', pk: 'p' })).statusCode).toBe(201)
})

test('an answer lost after the commit: an error for the client, the document is there', async () => {
  const container = await account.container()
  account.cosmos.faults.add({ operation: 'items.create', fault: { kind: 'lose-answer' }, count: 1 })
  await expect(container.items.create({ id: 'a', pk: 'p' })).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(await statusOf(container.items.create({ id: 'a', pk: 'p' }))).toBe(409)
})

test('a connection dropped before the operation leaves nothing', async () => {
  const container = await account.container()
  account.cosmos.faults.add({ operation: 'items.batch', fault: { kind: 'drop' }, count: 1 })
  const batch = () =>
    container.items.batch([{ operationType: 'Create', resourceBody: { id: 'a', pk: 'p' } }], 'p')
  await expect(batch()).rejects.toBeDefined()
  expect((await batch()).code).toBe(200)
})

test('operations and request units are counted by name, over HTTP too', async () => {
  const container = await account.container()
  const stats = new URL('/_emulator/stats', account.cosmos.url)
  await fetch(stats, { method: 'DELETE' })
  await container.items.create({ id: 'a', pk: 'p' })
  await container.item('a', 'p').read()
  await container.item('b', 'p').read()
  expect(await (await fetch(stats)).json()).toEqual({
    operations: {
      'items.create': { count: 1, requestUnits: 5.2, statuses: { 201: 1 } },
      'items.read': { count: 2, requestUnits: 2.24, statuses: { 200: 1, 404: 1 } },
    },
  })
})

test('a watcher hears of each request, with its container and partition, until it ends that', async () => {
  const container = await account.container()
  const heard: object[] = []
  const end = account.cosmos.stats.watch((served) => heard.push(served))
  await container.items.create({ id: 'a', pk: 'p' })
  end()
  await container.item('a', 'p').read()
  const at = { container: container.id, partition: '["p"]' }
  expect(heard).toEqual([{ operation: 'items.create', status: 201, requestUnits: 5.2, ...at }])
})

test('an SDK client can be served without a socket', async () => {
  const { cosmos } = account
  const client = new CosmosClient({
    endpoint: cosmos.url,
    key: cosmos.key,
    connectionPolicy: { enableBackgroundEndpointRefreshing: false },
    httpClient: {
      async sendRequest(request) {
        const { status, headers, body } = await cosmos.dispatch({
          method: request.method,
          url: new URL(request.url).pathname,
          headers: { ...request.headers.toJSON(), host: new URL(cosmos.url).host },
          body: Buffer.from((request.body as string | undefined) ?? ''),
        })
        const answer = request.headers
        for (const name of Object.keys(answer.toJSON())) answer.delete(name)
        for (const [name, value] of Object.entries(headers ?? {})) answer.set(name, value)
        return { request, status, headers: answer, bodyAsText: String(body ?? '') }
      },
    },
  })
  const { database } = await client.databases.createIfNotExists({ id: 'unplugged' })
  const { container } = await database.containers.createIfNotExists({ id: 'c', partitionKey: '/pk' })
  await container.items.create({ id: 'a', pk: 'p' })
  expect((await container.item('a', 'p').read()).resource?.id).toBe('a')
  client.dispose()
})

test('a container without a partition key, as old versions of the protocol allow, is answered 501', async () => {
  const create = (version: string) =>
    raw('POST', '/dbs/db/colls', { headers: { 'x-ms-version': version }, body: '{"id":"keyless"}' })
  expect((await create('2018-07-31')).status).toBe(501)
  expect((await create('2020-07-15')).status).toBe(400)
})
