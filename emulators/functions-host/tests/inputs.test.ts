// Inputs, outputs and the expressions in them: documents by request, events sent on, and functions that are refused
import { fileURLToPath } from 'node:url'
import { type Container, CosmosClient } from '@azure/cosmos'
import { type Cosmos, startCosmos } from '../../cosmos/server.ts'
import { bindingData, resolveExpressions } from '../bindings/expressions.ts'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'
import { type Broker, startBroker } from './support/event-hub-broker.ts'

const app = fileURLToPath(new URL('./apps/inputs', import.meta.url))
let cosmos: Cosmos
let client: CosmosClient
let container: Container
let broker: Broker
let host: SpawnedHost

beforeAll(async () => {
  cosmos = await startCosmos({ port: 0 })
  client = new CosmosClient(cosmos.connectionString)
  const { database } = await client.databases.create({ id: 'test' })
  container = (
    await database.containers.create({ id: 'items', partitionKey: { paths: ['/room'], version: 2 } })
  ).container
  broker = await startBroker()
  const settings = { COSMOS: cosmos.connectionString, HUB: broker.connectionString }
  host = await spawnFunctionsHost({ app, log: 'info', settings })
  for (const rank of [1, 2, 3])
    await container.items.create({ id: `i${rank}`, room: 'a', rank, text: `text ${rank}` })
  await container.items.create({ id: 'i1', room: 'b', rank: 4, text: 'of another' })
})
afterAll(async () => {
  await host.close()
  await broker.close()
  client.dispose()
  await cosmos.close()
})

async function get(path: string, headers: Record<string, string> = {}): Promise<[number, unknown]> {
  const answer = await fetch(`${host.url}/api${path}`, { headers })
  const text = await answer.text()
  return [answer.status, answer.headers.get('content-type') === 'application/json' ? JSON.parse(text) : text]
}

test('a document by the id and the partition key of the query, or nothing', async () => {
  expect(await get('/one?id=i1&room=b')).toMatchObject([200, { id: 'i1', room: 'b', text: 'of another' }])
  expect(await get('/one?id=i9&room=b')).toEqual([200, 'nothing'])
})

test('an expression without a value fails the invocation, and the log says which', async () => {
  expect(await get('/one?room=b')).toEqual([500, ''])
  await host.logged("No value for named parameter 'Query.id'.")
})

test('expressions in a query are its parameters: no value changes it', async () => {
  expect(await get('/found/a')).toEqual([200, ['text 1', 'text 2', 'text 3']])
  expect(await get(`/found/${encodeURIComponent("a' OR '1'='1")}`)).toEqual([200, []])
})

test('without id and query, all documents of the partition', async () => {
  expect(await get('/all', { 'x-room': 'a' })).toEqual([200, 3])
})

test('an output goes where its expression says', async () => {
  expect(await get('/keep?container=items')).toEqual([204, ''])
  expect((await container.item('kept', 'a').read()).statusCode).toBe(200)
  expect(await get('/keep?container=nowhere')).toEqual([500, ''])
})

test('events: text as it is, an array as several, anything else as JSON', async () => {
  const send = (value: unknown) => get(`/announce?events=${encodeURIComponent(JSON.stringify(value))}`)
  expect(await send('one')).toEqual([204, ''])
  expect(await send(['two', { three: 3 }])).toEqual([204, ''])
  expect(await send({ four: 4 })).toEqual([204, ''])
  await broker.arrives('{"four":4}')
  expect(broker.sent).toEqual(['one', 'two', '{"three":3}', '{"four":4}'])
})

test('bindings by their names of before version 4 of the extension', async () => {
  expect(await get('/old/i1')).toMatchObject([200, { id: 'i1', room: 'a' }])
  expect((await container.item('old', 'a').read()).statusCode).toBe(200)
  await host.logged(/old [^;]*\bold\b/)
})

test('a function with a binding that is not implemented is refused by name; the others run', async () => {
  const table = 'Function "table": the input binding "table" is not implemented by this host.'
  const sends = 'Function "sends": the output binding "serviceBus" is not implemented by this host.'
  const nameless = 'Function "nameless": the output binding "cosmosDB" needs "containerName".'
  await host.logged(JSON.stringify(table).slice(1, -1))
  await host.logged(JSON.stringify(sends).slice(1, -1))
  expect(host.functions).toEqual(['one', 'found', 'all', 'keep', 'announce', 'old', 'oldTrigger'])
  expect(await get('/rows/1')).toEqual([501, table])
  expect(await get('/nameless')).toEqual([501, nameless])
  const status = await fetch(`${host.url}/admin/functions/sends/status`)
  expect(await status.json()).toEqual({ errors: [sends] })
  const fired = await fetch(`${host.url}/admin/functions/sends`, { method: 'POST', body: '{"input":""}' })
  expect([fired.status, await fired.json()]).toEqual([501, { message: sends }])
})

const invocation = {
  invocationId: 'i',
  inputData: [{ name: 'message', data: { string: '{"Room":"a","by":{"Name":"b"},"rank":2}' } }],
  triggerMetadata: { Id: { string: 'm1' }, DequeueCount: { int: 3 }, Properties: { json: '{"k":"v"}' } },
}

test.each([
  ['{room}/{by.name}/{rank}', 'a/b/2'],
  ['{id}-{dequeueCount}', 'm1-3'],
  ['{Properties.k}', 'v'],
  ['{by}', '{"Name":"b"}'],
  ['%HOME_OF_ALL%/{Room}', 'here/a'],
])('of a message: %s is %s', (text, expected) => {
  process.env.HOME_OF_ALL = 'here'
  expect(resolveExpressions(text, bindingData(invocation))).toBe(expected)
})

test('of nothing: a new id, the time', () => {
  const data = bindingData({ invocationId: 'i', inputData: [] })
  expect(resolveExpressions('{rand-guid}', data)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(resolveExpressions('{DateTime}', data)).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/)
  expect(() => resolveExpressions('{other}', data)).toThrow("No value for named parameter 'other'.")
})
