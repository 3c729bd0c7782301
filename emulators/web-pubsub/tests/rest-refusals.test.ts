// What the REST API refuses, sent by hand: the SDK would not.
import { startWebPubSub, type WebPubSub } from '../server.ts'
import { connectRaw } from './support/raw-client.ts'
import { clientUrl, connectSdk } from './support/sdk.ts'
import { callRest } from './support/tokens.ts'

const inAnHour = Math.floor(Date.now() / 1000) + 3600

async function refusal(response: Promise<Response>): Promise<unknown[]> {
  const answer = await response
  const body = (await answer.json()) as { code: string }
  expect(answer.headers.get('x-ms-error-code')).toBe(body.code)
  return [answer.status, body.code]
}

describe('tokens', () => {
  let emulator: WebPubSub
  let url: string
  beforeAll(async () => {
    emulator = await startWebPubSub({ port: 0 })
    url = `${emulator.url}/api/hubs/chat/users/Ann%2FB/:closeConnections?reason=x&api-version=2024-12-01`
  })
  afterAll(() => emulator.close())

  test.each([
    ['the exact URL', () => url],
    ['the URL without its query', () => url.split('?')[0]!],
    ['the URL in another case', () => url.toUpperCase()],
    ['the decoded URL', () => decodeURIComponent(url)],
  ])('accepted: audience is %s', async (_name, audience) => {
    expect((await callRest(url, 'POST', { audience: audience() })).status).toBe(204)
  })

  test('accepted: expired less than five minutes ago', async () => {
    expect((await callRest(url, 'POST', { expires: inAnHour - 3600 - 240 })).status).toBe(204)
  })

  test.each([
    ['another URL', { audience: 'http://127.0.0.1/api/hubs/chat/:send' }],
    ['expired', { expires: inAnHour - 3600 - 360 }],
    ['another key', { key: 'another-key-another-key-another-key-1' }],
  ])('refused: %s', async (_name, options) => {
    expect(await refusal(callRest(url, 'POST', options))).toEqual([401, 'Error.Unauthorized'])
  })

  test('refused: no token, no expiry, no signature', async () => {
    expect(await refusal(fetch(url, { method: 'POST' }))).toEqual([401, 'Error.Unauthorized'])
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(
      JSON.stringify({ aud: url, exp: inAnHour }),
    ).toString('base64url')}.`
    for (const authorization of [`Bearer ${unsigned}`, 'Bearer x', 'Basic YTpi']) {
      expect(await refusal(fetch(url, { method: 'POST', headers: { authorization } }))).toEqual([
        401,
        'Error.Unauthorized',
      ])
    }
  })
})

test.each([
  ['POST', '/api/hubs/1chat/:send', 400, 'Error.BadRequest'],
  ['POST', `/api/hubs/chat/groups/${'g'.repeat(1025)}/:send`, 400, 'Error.BadRequest'],
  ['POST', '/api/hubs/chat/groups/%20/:send', 400, 'Error.BadRequest'],
  ['POST', '/api/hubs/chat/:send?messageTtlSeconds=301', 400, 'Error.BadRequest'],
  ['POST', '/api/hubs/chat/:send?messageTtlSeconds=1.5', 400, 'Error.BadRequest'],
  ['POST', '/api/hubs/chat/:send?filter=userId%20eq', 400, 'Error.BadRequest'],
  ['POST', '/api/hubs/chat/:send?api-version=latest', 400, 'Error.BadRequest'],
  ['PUT', '/api/hubs/chat/permissions/fly/connections/c', 400, 'Error.BadRequest'],
  ['POST', '/api/hubs/chat/:send?api-version=2099-01-01', 400, 'Error.BadRequest'],
  ['POST', '/api/hubs/chat/:send?api-version=2024-12-01&api-version=2024-01-01', 400, 'Error.BadRequest'],
  ['PUT', '/api/hubs/chat/groups/g/connections/unknown', 404, 'Error.Connection.NotExisted'],
  [
    'PUT',
    '/api/hubs/chat/permissions/SENDTOGROUP/connections/unknown?targetName=g',
    404,
    'Info.Connection.NotExisted',
  ],
  ['DELETE', '/api/hubs/chat/permissions/sendToGroup/connections/unknown', 400, 'Error.BadRequest'],
  ['PUT', '/api/hubs/chat/users/unknown/groups/g', 404, 'Warning.User.NotExisted'],
  ['PUT', '/api/hubs/chat/groups/g/connections/unknown/', 404, 'Error.Connection.NotExisted'],
  ['PATCH', '/api/hubs/chat/:send', 404, 'Error.NotFound'],
  ['POST', '/api/hubs/chat/groups/a/b/:send', 404, 'Error.NotFound'],
  ['GET', '/', 404, 'Error.NotFound'],
  ['POST', '/api/hubs/chat/chat/rooms', 501, 'Error.NotImplemented'],
  ['GET', '/client/hubs/chat', 400, 'Error.BadRequest'],
])('%s %s is refused with %i', async (method, path, status, code) => {
  await using emulator = await startWebPubSub({ port: 0 })
  const body = method === 'GET' ? {} : { body: 'x', headers: { 'content-type': 'text/plain' } }
  expect(await refusal(callRest(emulator.url + path, method, body))).toEqual([status, code])
})

test.each([
  ['application/xml', '<x/>', 415],
  ['application/json', '{"a":', 400],
  ['application/jsonp', '{}', 415],
  ['text/plain; charset="', 'x', 415],
  ['text/plain; charset=unknown', 'x', 415],
])('a body of type %s holding %s is refused with %i and sent to nobody', async (type, body, status) => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator)
  const answer = await callRest(`${emulator.url}/api/hubs/chat/:send`, 'POST', {
    headers: { 'content-type': type },
    body,
  })
  expect(answer.status).toBe(status)
  expect(emulator.stats().delivered).toBe(0)
  expect(ann.messages).toEqual([])
})

test.each([
  ['{"groups":[]}'],
  ['{"groups":["  "]}'],
  ['{"groups":["g"],"filter":"userId"}'],
  ['{"groups":["g"],"filter":" "}'],
  ['[]'],
])('group change %s is refused', async (body) => {
  await using emulator = await startWebPubSub({ port: 0 })
  using _ann = await connectSdk(emulator)
  const headers = { 'content-type': 'application/json' }
  const url = `${emulator.url}/api/hubs/chat/:addToGroups`
  expect((await callRest(url, 'POST', { headers, body })).status).toBe(400)
  expect(emulator.stats().groups).toBe(0)
})

test('a message over 1 MB is refused', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const url = `${emulator.url}/api/hubs/chat/:send`
  const send = (size: number): Promise<Response> =>
    callRest(url, 'POST', { headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(size) })
  expect((await send(1024 * 1024)).status).toBe(202)
  expect((await send(1024 * 1024 + 1)).status).toBe(400)
})

test('a body of unknown length is refused, one of no type is bytes, metadata must be such', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator)
  const url = `${emulator.url}/api/hubs/chat/:send`
  const body = new Blob(['x']).stream()
  const headers = { 'content-type': 'text/plain' }
  expect((await callRest(url, 'POST', { headers, body })).status).toBe(400)
  const long = { ...headers, [`x-webpubsub-metadata-${'a'.repeat(257)}`]: 'x' }
  expect((await callRest(url, 'POST', { headers: long, body: 'x' })).status).toBe(400)
  expect((await callRest(url, 'POST', { body: Uint8Array.of(1, 2) })).status).toBe(202)
  await ann.received(1)
  expect(ann.messages).toMatchObject([{ dataType: 'binary' }])
})

test.each([
  ['connections/unknown', 'Warning.Connection.NotExisted'],
  ['groups/unknown', 'Warning.Group.NotExisted'],
  ['users/unknown', 'Warning.User.NotExisted'],
  ['permissions/sendToGroup/connections/unknown?targetName=g', 'Info.Connection.NotExisted'],
])('%s does not exist: %s in the header', async (path, code) => {
  await using emulator = await startWebPubSub({ port: 0 })
  const answer = await callRest(`${emulator.url}/api/hubs/chat/${path}`, 'HEAD')
  expect([answer.status, answer.headers.get('x-ms-error-code')]).toEqual([404, code])
})

test('what is not there is named as the service names it, and every answer tells the versions', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const answer = await callRest(`${emulator.url}/api/hubs/chat/groups/g/connections/unknown`, 'PUT')
  expect(await answer.json()).toEqual({
    code: 'Error.Connection.NotExisted',
    message: 'Connection `unknown` is not found.',
    target: 'Connection',
  })
  const send = await callRest(`${emulator.url}/api/hubs/chat/groups/g/connections/unknown`, 'DELETE')
  const versions = '2021-10-01, 2022-11-01, 2023-07-01, 2024-01-01, 2024-12-01'
  for (const { headers } of [answer, send]) expect(headers.get('api-supported-versions')).toBe(versions)
})

test('numbers beyond a double and odd white space pass through a send unchanged', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using client = await connectRaw(await clientUrl(emulator), 'json.webpubsub.azure.v1')
  await client.next()
  const raw = new Promise((resolve) => client.socket.once('message', (data) => resolve(String(data))))
  await callRest(`${emulator.url}/api/hubs/chat/:send`, 'POST', {
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: '{ "id": 12345678901234567890 }',
  })
  expect(await raw).toBe(
    '{"type":"message","from":"server","dataType":"json","data":{ "id": 12345678901234567890 }}',
  )
})

test('the health check needs no token', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  expect((await fetch(`${emulator.url}/api/health`, { method: 'HEAD' })).status).toBe(200)
})
