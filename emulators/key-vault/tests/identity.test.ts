// The managed-identity endpoint and its tokens.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { startKeyVault } from '../server.ts'

const HEADER = { 'x-identity-header': 'local-managed-identity' }
const QUERY = 'api-version=2019-08-01&resource=https://example.test'

test('gives out a token that others can verify by its published key', async () => {
  const now = Date.UTC(2026, 0, 2, 12)
  await using vault = await startKeyVault({ now: () => now })
  const { url, jwksUrl, issuer } = vault.identity
  const response = await fetch(`${url}/msi/token?${QUERY}&client_id=my-client`, { headers: HEADER })
  const body = (await response.json()) as { access_token: string }
  expect(response.status).toBe(200)
  expect(body).toEqual({
    access_token: expect.any(String),
    client_id: 'my-client',
    expires_on: '1767441600',
    not_before: '1767355200',
    resource: 'https://example.test',
    token_type: 'Bearer',
  })
  const { payload, protectedHeader } = await jwtVerify(
    body.access_token,
    createRemoteJWKSet(new URL(jwksUrl)),
    {
      audience: 'https://example.test',
      issuer,
      currentDate: new Date(now),
    },
  )
  expect(protectedHeader.alg).toBe('RS256')
  expect(payload).toMatchObject({
    iss: 'https://sts.windows.net/aaaabbbb-0000-4000-8000-00000000cccc/',
    tid: 'aaaabbbb-0000-4000-8000-00000000cccc',
    appid: 'my-client',
    idtyp: 'app',
    ver: '1.0',
    iat: 1767355200,
    exp: 1767441600,
  })
  // The same identity is the same principal in every run.
  expect(payload.oid).toBe('ea045181-5184-47da-88fd-675ffc4702ce')
  expect(payload.sub).toBe(payload.oid)
})

test.each(['principal_id', 'object_id'])('by %s the principal is the one named', async (name) => {
  await using vault = await startKeyVault()
  const answer = await fetch(`${vault.identity.url}/msi/token?${QUERY}&${name}=my-object`, {
    headers: HEADER,
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  expect(decodeJwt(access_token)).toMatchObject({ oid: 'my-object', sub: 'my-object' })
})

test('publishes metadata for verifiers that discover the key', async () => {
  await using vault = await startKeyVault()
  const { url, tenantId } = vault.identity
  const metadata = (await (
    await fetch(`${url}/${tenantId}/.well-known/openid-configuration`)
  ).json()) as Record<string, string>
  expect(metadata).toMatchObject({
    issuer: vault.identity.issuer,
    jwks_uri: `${url}/${tenantId}/discovery/keys`,
  })
  const { keys } = (await (await fetch(metadata.jwks_uri!)).json()) as { keys: object[] }
  expect(keys).toEqual([
    { kty: 'RSA', n: expect.any(String), e: 'AQAB', kid: expect.any(String), use: 'sig', alg: 'RS256' },
  ])
})

test.each([
  [`/msi/token?${QUERY}`, {}, 401, 'The X-IDENTITY-HEADER header is missing or wrong.'],
  [
    `/msi/token?${QUERY}`,
    { 'x-identity-header': 'local-managed-identitz' },
    401,
    'The X-IDENTITY-HEADER header is missing or wrong.',
  ],
  ['/msi/token?resource=https://example.test', HEADER, 400, 'The api-version must be 2019-08-01.'],
  [
    '/msi/token?api-version=2017-09-01&resource=https://example.test',
    HEADER,
    501,
    'The emulator does not implement api-version 2017-09-01.',
  ],
  ['/msi/token?api-version=2019-08-01', HEADER, 400, 'The resource parameter is missing.'],
  [
    `/msi/token?${QUERY}&client_id=a&mi_res_id=b`,
    HEADER,
    400,
    'Only one of client_id, principal_id, mi_res_id can be given.',
  ],
  [
    '/common/oauth2/v2.0/token',
    HEADER,
    501,
    'The emulator does not implement /common/oauth2/v2.0/token: it knows managed identities only.',
  ],
])('%s with %j: %i', async (path, headers, statusCode, message) => {
  await using vault = await startKeyVault()
  const response = await fetch(vault.identity.url + path, { headers: headers as Record<string, string> })
  expect(response.status).toBe(statusCode)
  expect(await response.json()).toEqual({ statusCode, message, correlationId: expect.any(String) })
})

// In processes of their own: Node reads NODE_EXTRA_CA_CERTS when it starts.
test.each([
  [
    'ManagedIdentityCredential of the system',
    'new ManagedIdentityCredential()',
    'aaaabbbb-0000-4000-8000-00000000dddd',
  ],
  [
    'ManagedIdentityCredential of a user',
    "new ManagedIdentityCredential({ clientId: 'my-client' })",
    'my-client',
  ],
  [
    'ManagedIdentityCredential of a resource',
    "new ManagedIdentityCredential({ resourceId: '/subscriptions/s/mine' })",
    'bfa580a8-eb37-41ba-891c-5e5a792c2f7a',
  ],
  [
    'ManagedIdentityCredential of an object',
    "new ManagedIdentityCredential({ objectId: 'my-object' })",
    '2ee061d0-8b11-4dc3-8f75-d8797cac26c3',
  ],
  ['DefaultAzureCredential', 'new DefaultAzureCredential()', 'aaaabbbb-0000-4000-8000-00000000dddd'],
])('%s reaches the vault with nothing but environment variables', async (_name, credential, appid) => {
  await using vault = await startKeyVault()
  const program = `
    import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity'
    import { SecretClient } from '@azure/keyvault-secrets'
    const credential = ${credential}
    const client = new SecretClient(process.env.VAULT, credential, { disableChallengeResourceVerification: true })
    await client.setSecret('greeting', 'hello')
    const { token } = await credential.getToken('https://vault.azure.net/.default')
    const { appid } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
    console.log(JSON.stringify([(await client.getSecret('greeting')).value, appid]))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { PATH: process.env.PATH, VAULT: vault.url, ...vault.environment },
  })
  expect(JSON.parse(stdout)).toEqual(['hello', appid])
})

test('a process that does not trust the certificate gets nowhere', async () => {
  await using vault = await startKeyVault()
  const { cause } = (await fetch(vault.url).catch((error: { cause: { code: string } }) => error)) as {
    cause: { code: string }
  }
  expect(cause.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
})
