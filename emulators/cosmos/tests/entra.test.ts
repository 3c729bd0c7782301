// Microsoft Entra tokens in place of the master key, over HTTPS as the SDK demands, and over HTTP by a token provider.
import { Agent } from 'node:https'
import { CosmosClient } from '@azure/cosmos'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { startCosmos } from '../server.ts'
import { statusOf } from './start.ts'

const ISSUER = 'https://sts.windows.net/tenant/'
const connectionPolicy = { enableBackgroundEndpointRefreshing: false }

async function createIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] }
  const token = (claims: JWTPayload = {}, key = privateKey) => {
    const now = Math.floor(Date.now() / 1000)
    const usual = { aud: 'https://cosmos.azure.com', iss: ISSUER, iat: now, nbf: now, exp: now + 3600 }
    return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(key)
  }
  return { jwks, token }
}

test('aadCredentials of the SDK, over HTTPS, for the scope of this account', async () => {
  const { jwks, token } = await createIssuer()
  await using cosmos = await startCosmos({ port: 0, tls: true, entra: { jwks, issuer: ISSUER } })
  const asked: string[] = []
  const agent = new Agent({ keepAlive: true, ca: cosmos.ca })
  const client = new CosmosClient({
    endpoint: cosmos.url,
    agent,
    connectionPolicy,
    aadCredentials: {
      async getToken(scopes) {
        asked.push(...[scopes].flat())
        const aud = asked[0]!.replace('/.default', '')
        return { token: await token({ aud }), expiresOnTimestamp: Date.now() + 3_600_000 }
      },
    },
  })
  const { database } = await client.databases.createIfNotExists({ id: 'db' })
  const { container } = await database.containers.createIfNotExists({ id: 'c', partitionKey: '/pk' })
  await container.items.create({ id: 'a', pk: 'p' })
  expect((await container.item('a', 'p').read()).resource?.id).toBe('a')
  expect((await container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources).toEqual([1])
  expect(new Set(asked)).toEqual(new Set([`https://127.0.0.1:${cosmos.port}/.default`]))
  client.dispose()
  agent.destroy()
})

test('over HTTPS the master key works as well', async () => {
  await using cosmos = await startCosmos({ port: 0, tls: true })
  expect(cosmos.url).toMatch(/^https:/)
  const agent = new Agent({ keepAlive: true, ca: cosmos.ca })
  const client = new CosmosClient({ endpoint: cosmos.url, key: cosmos.key, agent, connectionPolicy })
  expect((await client.databases.createIfNotExists({ id: 'db' })).statusCode).toBe(201)
  client.dispose()
  agent.destroy()
})

test('refused: another key, issuer, audience, an expired token, and any without an issuer', async () => {
  const { jwks, token } = await createIssuer()
  const other = await createIssuer()
  await using cosmos = await startCosmos({
    port: 0,
    entra: { jwks, issuer: ISSUER, audience: ['api://mine'] },
  })
  await using plain = await startCosmos({ port: 0 })
  const status = async (jwt: string, endpoint = cosmos.url) => {
    const tokenProvider = async () => `type=aad&ver=1.0&sig=${jwt}`
    const client = new CosmosClient({ endpoint, tokenProvider, connectionPolicy })
    try {
      return await statusOf(client.databases.readAll().fetchAll())
    } finally {
      client.dispose()
    }
  }
  expect(await status(await token())).toBe(0)
  expect(await status(await token({ aud: 'api://mine' }))).toBe(0)
  expect(await status(await token({ aud: 'http://127.0.0.1/' }))).toBe(0)
  expect(await status(await other.token())).toBe(401)
  expect(await status(await token({ iss: 'https://elsewhere/' }))).toBe(401)
  expect(await status(await token({ aud: 'https://vault.azure.net' }))).toBe(401)
  expect(await status(await token({ exp: 1_700_000_000 }))).toBe(401)
  expect(await status('nonsense')).toBe(401)
  expect(await status(await token(), plain.url)).toBe(401)
})
