// Outside agents, by the official client of the protocol.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let ada: Person
let bob: Person
let chatId: string
beforeAll(async () => {
  world = await startWorld({ hosts: 2, settings: { RATE_PER_SECOND: '1', RATE_BURST: '20' } })
  ada = await world.register('ada')
  bob = await world.register('bob')
  chatId = (await ada.call('POST', 'chats', { kind: 'group', name: 'Team', members: [bob.userId] })).body
    .chatId
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

/** Each host in turn would do: nothing is kept between requests. */
async function connect(person: Person, host = 0): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(new URL(`${world.apis[host]}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${person.accessToken}` } },
  })
  const client = new Client({ name: 'an agent', version: '1.0.0' })
  await client.connect(transport as Transport)
  return client
}

async function use(client: Client, name: string, args: object = {}) {
  const { content, isError = false } = await client.callTool({ name, arguments: { ...args } })
  const [first] = content as { text: string }[]
  return { isError, ...JSON.parse(first!.text) }
}

test('an agent finds what it may do', async () => {
  const client = await connect(ada)
  expect(client.getServerVersion()).toMatchObject({ name: 'parley' })
  const { tools } = await client.listTools()
  expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
    ['list_chats', true],
    ['read_messages', true],
    ['search_messages', true],
    ['send_message', false],
  ])
  expect(tools[3]!.inputSchema).toMatchObject({
    type: 'object',
    required: ['chatId', 'text'],
    properties: { text: { type: 'string', maxLength: 8_000 }, replyTo: { type: 'integer' } },
  })
  await client.close()
})

test('it lists, sends once, reads and searches as the signed-in user, on any host', async () => {
  const client = await connect(ada)
  const other = await connect(ada, 1)
  await using socket = await bob.socket()
  expect((await use(client, 'list_chats')).chats).toMatchObject([{ chatId, name: 'Team', role: 'owner' }])
  const ask = { chatId, text: 'The build is green.', clientMessageId: 'agent-1' }
  const sent = await use(client, 'send_message', ask)
  expect(sent).toMatchObject({ isError: false, seq: 4, senderId: ada.userId, clientMessageId: 'agent-1' })
  expect(await use(other, 'send_message', ask)).toMatchObject({ seq: 4 })
  const pushed = await socket.wait(({ type }) => type === 'entries')
  expect(pushed.entries).toMatchObject([{ seq: 4, content: { text: 'The build is green.' } }])
  await bob.call('POST', `chats/${chatId}/messages`, {
    clientMessageId: 'b1',
    content: { type: 'text', text: 'Well built' },
  })
  const read = await use(other, 'read_messages', { chatId, after: 4 })
  expect(read.messages).toMatchObject([{ seq: 5, senderId: bob.userId, content: { text: 'Well built' } }])
  expect((await use(client, 'search_messages', { words: 'green' })).messages).toMatchObject([{ seq: 4 }])
  expect((await use(client, 'search_messages', { words: 'built', chatId })).messages).toMatchObject([
    { seq: 5 },
  ])
  await Promise.all([client.close(), other.close()])
})

test('what the user may not, the agent may not: others’ chats, bad input, unknown tools, and no more than the limit', async () => {
  const eve = await world.register('eve')
  const client = await connect(eve)
  expect(await use(client, 'read_messages', { chatId })).toMatchObject({
    isError: true,
    code: 'chat-not-found',
  })
  const send = (text: string) => use(client, 'send_message', { chatId, text })
  expect(await send('hello?')).toMatchObject({ isError: true, code: 'chat-not-found', status: 404 })
  expect(await use(client, 'send_message', { chatId })).toMatchObject({
    isError: true,
    code: 'invalid-request',
    errors: [{ path: 'text' }],
  })
  expect(await use(client, 'delete_everything')).toMatchObject({ isError: true, code: 'unknown-command' })
  const codes = new Set<string>()
  for (let i = 0; i < 40; i++) codes.add((await send(`m${i}`)).code)
  expect([...codes]).toEqual(['chat-not-found', 'rate-limited'])
  await client.close()
})

test('without a good token there is nothing; with one, only POST', async () => {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const init = { method: 'POST', headers, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' }
  const refused = await fetch(`${world.apis[0]}/mcp`, init)
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  const signed = { ...headers, authorization: `Bearer ${ada.accessToken}` }
  const get = await fetch(`${world.apis[0]}/mcp`, { headers: signed })
  expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
  const broken = await fetch(`${world.apis[0]}/mcp`, { ...init, headers: signed, body: '{' })
  expect([broken.status, await broken.json()]).toMatchObject([400, { error: { code: -32_700 } }])
  const large = await fetch(`${world.apis[0]}/mcp`, {
    ...init,
    headers: signed,
    body: `"${'x'.repeat(70_000)}"`,
  })
  expect(large.status).toBe(413)
  const refusedClient = connect({ ...ada, accessToken: 'forged' })
  await expect(refusedClient).rejects.toThrow('401')
})

test('what is taken back in the same breath is answered all the same: nobody waits for an answer that never comes', async () => {
  const call = { name: 'list_chats', arguments: {} }
  const answer = await fetch(`${world.apis[0]}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${ada.accessToken}`,
    },
    body: JSON.stringify([
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
    ]),
    signal: AbortSignal.timeout(10_000),
  })
  expect([answer.status, await answer.json()]).toMatchObject([200, { id: 1, result: { content: [{}] } }])
})
