// Microsoft Entra tokens: the path of an application with a managed identity.
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { WebPubSubClient } from '@azure/web-pubsub-client'
import { startWebPubSub, type WebPubSub } from '../server.ts'
import { type Issuer, startIssuer } from './support/issuer.ts'
import { connectRaw } from './support/raw-client.ts'
import { KEY, signToken } from './support/tokens.ts'

afterEach(() => setDefaultCACertificates(getCACertificates('bundled')))

const callWith = (emulator: WebPubSub, token: string): Promise<Response> =>
  fetch(`${emulator.url}/api/hubs/chat/:send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
    body: 'x',
  })

const start = (issuer: Issuer, jwks: Issuer['jwks'] | string = issuer.jwks): Promise<WebPubSub> =>
  startWebPubSub({ port: 0, entra: { jwks, issuer: issuer.name } })

test('the SDKs with a token credential: client URL by generateToken, connect, send', async () => {
  await using issuer = await startIssuer()
  await using emulator = await startWebPubSub({ port: 0, tls: true, entra: { jwks: issuer.jwksUrl } })
  setDefaultCACertificates([emulator.ca!])
  const service = new WebPubSubServiceClient(emulator.url, issuer.credential, 'chat')
  const { url, token } = await service.getClientAccessToken({
    userId: 'ann',
    roles: ['webpubsub.sendToGroup.a', 'webpubsub.joinLeaveGroup'],
    groups: ['a', 'b/ö'],
    expirationTimeInMinutes: 5,
  })
  expect(url).toBe(`${emulator.url.replace('http', 'ws')}/client/hubs/chat?access_token=${token}`)
  const client = new WebPubSubClient(url)
  const received = new Promise((resolve) =>
    client.on('server-message', ({ message }) => resolve(message.data)),
  )
  await client.start()
  await service.sendToUser('ann', 'hi', { contentType: 'text/plain' })
  expect(await received).toBe('hi')
  await client.joinGroup('c')
  expect(emulator.connections()).toMatchObject([{ userId: 'ann', groups: ['a', 'b/ö', 'c'] }])
  client.stop()
  expect([...new Set(issuer.credential.scopes)]).toEqual(['https://webpubsub.azure.com/.default'])
})

test('the generated token', async () => {
  await using issuer = await startIssuer()
  await using emulator = await startWebPubSub({ port: 0, tls: true, entra: { jwks: issuer.jwks } })
  setDefaultCACertificates([emulator.ca!])
  const service = new WebPubSubServiceClient(emulator.url, issuer.credential, 'Chat')
  const claimsOf = (token: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
  const full = await service.getClientAccessToken({ userId: 'ann', roles: ['r'], groups: ['g'] })
  const { iat, exp, ...claims } = claimsOf(full.token) as { iat: number; exp: number }
  expect(claims).toEqual({
    sub: 'ann',
    role: ['r'],
    'webpubsub.group': ['g'],
    aud: `${emulator.url}/client/hubs/chat`,
  })
  expect(exp - iat).toBe(3600)
  const short = claimsOf((await service.getClientAccessToken({ expirationTimeInMinutes: 2 })).token)
  expect(Object.keys(short).toSorted()).toEqual(['aud', 'exp', 'iat'])
  expect(Number(short.exp) - Number(short.iat)).toBe(120)
  await expect(service.getClientAccessToken({ clientProtocol: 'mqtt' })).rejects.toMatchObject({
    statusCode: 501,
  })
})

test('every REST operation takes the token; the access key goes on working', async () => {
  await using issuer = await startIssuer()
  await using emulator = await start(issuer)
  expect((await callWith(emulator, await issuer.token())).status).toBe(202)
  expect((await callWith(emulator, await issuer.token({ aud: 'https://webpubsub.azure.com/' }))).status).toBe(
    202,
  )
  const url = `${emulator.url}/api/hubs/chat/:send`
  const byKey = signToken({ aud: url, exp: Math.floor(Date.now() / 1000) + 60 })
  expect((await callWith(emulator, byKey)).status).toBe(202)
})

const now = Math.floor(Date.now() / 1000)

test.each([
  ['another audience', { aud: 'https://vault.azure.net' }],
  ['another issuer', { iss: 'https://sts.windows.net/other/' }],
  ['expired', { exp: now - 360 }],
  ['not valid yet', { nbf: now + 360 }],
])('refused: %s', async (_name, claims) => {
  await using issuer = await startIssuer()
  await using emulator = await start(issuer)
  const answer = await callWith(emulator, await issuer.token(claims))
  expect([answer.status, answer.headers.get('x-ms-error-code')]).toEqual([401, 'Error.Unauthorized'])
})

test('refused: a key that is not the issuer’s, no keys at all, keys that cannot be had', async () => {
  await using issuer = await startIssuer()
  await using other = await startIssuer()
  await using emulator = await start(issuer)
  expect((await callWith(emulator, await other.token())).status).toBe(401)
  await using deaf = await startWebPubSub({ port: 0 })
  const refused = await callWith(deaf, await issuer.token())
  expect(await refused.json()).toEqual({
    code: 'Error.Unauthorized',
    message: 'No issuer of Entra tokens is known: start with --entra-jwks.',
  })
  await using lost = await start(issuer, 'http://127.0.0.1:1/keys')
  expect((await callWith(lost, await issuer.token())).status).toBe(401)
})

test('refused: a token of the service’s own key that says RS256, and one by the public key as if it were a secret', async () => {
  await using issuer = await startIssuer()
  await using emulator = await start(issuer)
  const claims = { aud: 'https://webpubsub.azure.com', iss: issuer.name, exp: now + 60 }
  const forged = signToken(claims, KEY, { alg: 'RS256', kid: 'k1' })
  expect((await callWith(emulator, forged)).status).toBe(401)
  const confused = signToken(claims, JSON.stringify(issuer.jwks.keys[0]), { alg: 'HS256', kid: 'k1' })
  expect((await callWith(emulator, confused)).status).toBe(401)
})

test('an Entra token opens no client connection', async () => {
  await using issuer = await startIssuer()
  await using emulator = await start(issuer)
  const url = `${emulator.url.replace('http', 'ws')}/client/hubs/chat`
  const token = await issuer.token({ aud: url.replace('ws', 'http') })
  await expect(connectRaw(`${url}?access_token=${token}`)).rejects.toThrow('401')
})

test('keys that are none are refused at the start', async () => {
  await expect(startWebPubSub({ port: 0, entra: { jwks: 'keys.json' } })).rejects.toThrow(
    'The keys of Entra must be a key set or an http(s) URL, not keys.json.',
  )
  await expect(startWebPubSub({ port: 0, entra: { jwks: { keys: 'x' } as never } })).rejects.toThrow()
})
