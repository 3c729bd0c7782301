// Events as in Azure: Web PubSub signs in to the app with a token of its identity, and no key opens the door.
import { createHmac } from 'node:crypto'
import { decodeJwt } from 'jose'
import { type KeyVault, startKeyVault } from '../../emulators/key-vault/server.ts'
import { startWebPubSub, type WebPubSub } from '../../emulators/web-pubsub/server.ts'
import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

const AUDIENCE = 'api://parley-events'
let entra: KeyVault
let webPubSub: WebPubSub
let world: World
let ada: Person
beforeAll(async () => {
  entra = await startKeyVault()
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header } = entra.environment
  webPubSub = await startWebPubSub({ port: 0, identity: { endpoint, header } })
  world = await startWorld({
    settings: {
      WebPubSub: webPubSub.connectionString,
      WEB_PUBSUB_EVENTS_AUDIENCE: AUDIENCE,
      WEB_PUBSUB_EVENTS_SENDER: decodeJwt<{ oid: string }>(await entra.token()).oid,
      AZURE_TENANT_ID: entra.identity.tenantId,
      ENTRA_AUTHORITY: entra.identity.url,
    },
  })
  webPubSub.setHub('chat', {
    eventHandlers: [
      {
        urlTemplate: `${world.apis[0]}/events`,
        userEventPattern: '*',
        systemEvents: ['connect', 'connected', 'disconnected'],
        auth: { type: 'ManagedIdentity', managedIdentity: { resource: AUDIENCE } },
      },
    ],
  })
  ada = await world.register('ada')
}, 60_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await webPubSub.close()
  await entra.close()
})

test('a socket opens and commands are answered', async () => {
  await using socket = await ada.socket()
  expect(await socket.command('me.get')).toMatchObject({ ok: true, result: { userId: ada.userId } })
})

/** A command in the name of Ada's socket, brought by whoever has these headers. */
async function bring(headers: Record<string, string>): Promise<number> {
  const answer = await fetch(`${world.apis[0]}/events`, {
    method: 'POST',
    headers: {
      'ce-type': 'azure.webpubsub.sys.disconnected',
      'ce-connectionId': 'c1',
      'ce-userId': ada.userId,
      'ce-hub': 'chat',
      ...headers,
    },
    body: '{}',
  })
  return answer.status
}

const bearer = async (request: Parameters<KeyVault['token']>[0]) => ({
  authorization: `Bearer ${await entra.token(request)}`,
})

test('a token of the identity for this audience is let in', async () => {
  expect(await bring(await bearer({ resource: AUDIENCE }))).toBe(204)
})

test('no other is: another audience, another identity, too old, no token, or a signature by the key', async () => {
  const key = /AccessKey=([^;]+)/.exec(webPubSub.connectionString)![1]!
  const signature = createHmac('sha256', key).update('c1').digest('hex')
  expect(await bring(await bearer({ resource: 'https://vault.azure.net' }))).toBe(401)
  expect(await bring(await bearer({ resource: AUDIENCE, clientId: 'somebody-else' }))).toBe(401)
  expect(await bring(await bearer({ resource: AUDIENCE, expiresInSeconds: -3600 }))).toBe(401)
  expect(await bring({ authorization: `Bearer ${ada.accessToken}` })).toBe(401)
  expect(await bring({ 'ce-signature': `sha256=${signature}` })).toBe(401)
  expect(await bring({})).toBe(401)
})

test('while the keys of the tenant cannot be read, the service is told to try again', async () => {
  const host = await world.addHost({ ENTRA_AUTHORITY: 'http://127.0.0.1:9' })
  const answer = await fetch(`${host.url}/api/events`, {
    method: 'POST',
    headers: {
      ...(await bearer({ resource: AUDIENCE })),
      'ce-type': 'azure.webpubsub.sys.disconnected',
      'ce-connectionId': 'c1',
    },
    body: '{}',
  })
  expect(answer.status).toBe(503)
})
