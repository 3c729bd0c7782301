// The generated documents against judges of others, and against the table of endpoints: nothing is missing, nothing invented.
import { createRequire } from 'node:module'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { PUSHES } from '../../../shared/protocol/answers/pushes.ts'
import { toAsyncApi } from '../../../shared/protocol/documents/asyncapi.ts'
import { toOpenApi } from '../../../shared/protocol/documents/openapi.ts'
import { loadEndpoints } from '../../support/endpoints.ts'

const endpoints = await loadEndpoints()

interface Operation {
  operationId: string
  summary: string
  parameters?: { name: string; in: string; required: boolean }[]
  requestBody?: { content: { 'application/json': { schema: { properties?: object } } } }
  responses: Record<string, object>
  security?: object[]
}
const openApi = toOpenApi(endpoints, '1.2.3') as {
  info: { version: string }
  paths: Record<string, Record<string, Operation>>
}
const asyncApi = toAsyncApi(endpoints, '1.2.3') as {
  operations: Record<string, { action: string }>
  channels: { socket: { messages: object } }
  components: { messages: Record<string, { payload: { properties?: object; required?: string[] } }> }
}
const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
)

test('OpenAPI 3.1: a validator of somebody else’s accepts the document', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(openApi))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

test('AsyncAPI 3.0: the schema of the specification accepts the document', () => {
  const specs = createRequire(import.meta.url)('@asyncapi/specs')
  const ajv = new Ajv({ strict: false, meta: false, validateSchema: false })
  addFormats.default(ajv)
  const check = ajv.compile(specs.schemas['3.0.0'])
  check(asyncApi)
  expect(check.errors ?? []).toEqual([])
  expect(check({ ...asyncApi, operations: { odd: { action: 'shout' } } })).toBe(false)
})

test('every route of the app is described, and no other', () => {
  const routes = endpoints.filter(({ route }) => route !== undefined)
  expect(routes.length).toBeGreaterThan(20)
  expect(
    operations.map(({ path, method, operationId }) => `${method} ${path} ${operationId}`).sort(),
  ).toEqual(routes.map(({ name, method, route }) => `${method!.toLowerCase()} /${route} ${name}`).sort())
})

test('every command and push is described, and no other', () => {
  const commands = endpoints.filter(({ command }) => command).map(({ name }) => name.replaceAll('.', '_'))
  const pushes = Object.keys(PUSHES).map((type) => `push_${type.replaceAll('.', '_')}`)
  expect(Object.keys(asyncApi.operations).sort()).toEqual([...commands, ...pushes].sort())
  expect(Object.keys(asyncApi.channels.socket.messages).sort()).toEqual(
    [...commands.flatMap((name) => [`command_${name}`, `reply_${name}`]), ...pushes, 'reply_error'].sort(),
  )
})

test('every endpoint says in a line what it does, and what it answers', () => {
  expect(endpoints.filter(({ summary }) => summary === '').map(({ name }) => name)).toEqual([])
  expect(
    endpoints.filter(({ answers }) => Object.keys(answers).length === 0).map(({ name }) => name),
  ).toEqual([])
})

test('what a route takes is where a client puts it', () => {
  const send = openApi.paths['/chats/{chatId}/messages']!.post!
  expect(send.parameters!.map(({ name, in: place, required }) => `${place} ${name} ${required}`)).toEqual([
    'path chatId true',
  ])
  const { properties } = send.requestBody!.content['application/json'].schema
  expect(Object.keys(properties!)).toEqual(expect.arrayContaining(['clientMessageId', 'content', 'lastSeq']))
  expect(Object.keys(properties!)).not.toContain('chatId')
  const list = openApi.paths['/chats/{chatId}/messages']!.get!
  expect(list.parameters!.map(({ name, in: place, required }) => `${place} ${name} ${required}`)).toEqual([
    'path chatId true',
    'query before false',
    'query after false',
    'query limit false',
  ])
  expect(list.requestBody).toBeUndefined()
  expect(openApi.paths['/auth/login']!.post!.security).toEqual([])
  expect(Object.keys(send.responses)).toEqual(['200', '201', 'default'])
})

test('a command carries the envelope and the fields of the use case in one object', () => {
  const { payload } = asyncApi.components.messages.command_messages_send!
  expect(Object.keys(payload.properties!)).toEqual(
    expect.arrayContaining(['id', 'type', 'chatId', 'clientMessageId', 'content']),
  )
  expect(payload.required).toEqual(expect.arrayContaining(['id', 'type', 'chatId', 'clientMessageId']))
})
