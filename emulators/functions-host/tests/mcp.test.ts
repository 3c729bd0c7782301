// Tools, resources and prompts of the Model Context Protocol, called by the official client
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/mcp', import.meta.url))
const PATH = '/runtime/webhooks/mcp'
let host: SpawnedHost
let client: Client

async function connect(url: string, key?: string): Promise<Client> {
  const connected = new Client({ name: 'test', version: '1' })
  const headers = key === undefined ? {} : { 'x-functions-key': key }
  const transport = new StreamableHTTPClientTransport(new URL(PATH, url), { requestInit: { headers } })
  await connected.connect(transport as unknown as Transport)
  return connected
}

beforeAll(async () => {
  host = await spawnFunctionsHost({ app, log: 'info' })
  client = await connect(host.url)
})
afterAll(async () => {
  await client.close()
  await host.close()
})

test('the server tells its name and what it has', () => {
  expect(client.getServerVersion()).toEqual({ name: 'Azure Functions MCP server', version: '1.0.0' })
  expect(client.getServerCapabilities()).toEqual({ tools: {}, resources: {}, prompts: {} })
})

test('tools with the schema of their arguments', async () => {
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(['add', 'picture', 'fails'])
  expect(tools[0]).toEqual({
    name: 'add',
    description: 'Adds numbers.',
    _meta: { team: 'maths' },
    inputSchema: {
      type: 'object',
      properties: {
        a: { type: 'number', description: 'The first one' },
        more: { type: 'array', items: { type: 'number' }, description: 'Others' },
      },
      required: ['a'],
    },
  })
})

test('a tool runs with its arguments; it returns a value, or blocks of content', async () => {
  expect(await client.callTool({ name: 'add', arguments: { a: 1, more: [2, 3] } })).toEqual({
    content: [{ type: 'text', text: '{"sum":6}' }],
  })
  expect(await client.callTool({ name: 'picture' })).toEqual({
    content: [
      { type: 'text', text: 'a dot' },
      { type: 'image', data: 'ZG90', mimeType: 'image/png' },
    ],
  })
})

test('a tool that fails, that lacks an argument, that is not there', async () => {
  expect(await client.callTool({ name: 'fails' })).toEqual({
    isError: true,
    content: [{ type: 'text', text: "An error occurred invoking 'fails'." }],
  })
  await host.logged('asked to fail')
  await expect(client.callTool({ name: 'add' })).rejects.toThrow(
    'One or more required tool properties are missing values. Please provide: a',
  )
  await expect(client.callTool({ name: 'none' })).rejects.toThrow("Unknown tool: 'none'")
})

test('resources as text and as bytes, by address or by template', async () => {
  expect(await client.listResources()).toEqual({
    resources: [{ name: 'rules', title: 'Rules', uri: 'docs://rules', mimeType: 'text/plain' }],
  })
  expect(await client.listResourceTemplates()).toEqual({
    resourceTemplates: [{ name: 'page', uriTemplate: 'docs://pages/{page}', mimeType: 'image/png' }],
  })
  expect(await client.readResource({ uri: 'docs://rules' })).toEqual({
    contents: [{ uri: 'docs://rules', mimeType: 'text/plain', text: 'Be kind.' }],
  })
  expect(await client.readResource({ uri: 'docs://pages/2' })).toEqual({
    contents: [{ uri: 'docs://pages/2', mimeType: 'image/png', blob: 'ZG9jczovL3BhZ2VzLzI=' }],
  })
  await expect(client.readResource({ uri: 'docs://none' })).rejects.toThrow("Unknown resource: 'docs://none'")
})

test('prompts are a message of the user', async () => {
  expect(await client.listPrompts()).toEqual({
    prompts: [
      {
        name: 'greet',
        description: 'Greets somebody.',
        arguments: [{ name: 'who', description: 'Whom', required: true }],
      },
    ],
  })
  expect(await client.getPrompt({ name: 'greet', arguments: { who: 'Ada' } })).toEqual({
    messages: [{ role: 'user', content: { type: 'text', text: 'Greet Ada.' } }],
  })
})

test('other methods are 405, the older transport is refused by name', async () => {
  expect((await fetch(`${host.url}${PATH}`)).status).toBe(405)
  const older = await fetch(`${host.url}${PATH}/sse`)
  expect([older.status, await older.text()]).toEqual([
    501,
    '/runtime/webhooks/mcp/sse: webhooks of extensions but /runtime/webhooks/mcp (webPubSubTrigger and others) are not implemented.',
  ])
})

test('where keys are asked for, it takes a key of the system', async () => {
  const keys = await mkdtemp(join(tmpdir(), 'functions-host-'))
  await writeFile(
    join(keys, 'host.json'),
    JSON.stringify({
      masterKey: { name: 'master', value: 'the-master', encrypted: false },
      functionKeys: [{ name: 'default', value: 'for-functions', encrypted: false }],
      systemKeys: [{ name: 'mcp_extension', value: 'for-mcp', encrypted: false }],
    }),
  )
  await using guarded = await spawnFunctionsHost({ app, keys })
  await expect(connect(guarded.url)).rejects.toThrow()
  await expect(connect(guarded.url, 'for-functions')).rejects.toThrow()
  const allowed = await connect(guarded.url, 'for-mcp')
  expect((await allowed.listTools()).tools).toHaveLength(3)
  await allowed.close()
})
