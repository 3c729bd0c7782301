// What goes over the wire, by raw HTTP: the challenge, refusals, limits, addresses.
import { generateKeyPair, SignJWT } from 'jose'
import { startKeyVault } from '../server.ts'
import { clientOf, raw, V } from './client.ts'

const CHALLENGE =
  'Bearer authorization="https://login.windows.net/aaaabbbb-0000-4000-8000-00000000cccc", resource="https://vault.azure.net"'

test('without a token: 401 and the challenge, before anything else is looked at', async () => {
  await using vault = await startKeyVault()
  for (const path of [`/secrets/key?${V}`, '/secrets/in_valid', '/no/such/path']) {
    const answer = await raw(vault, 'GET', path, { token: null })
    expect(answer).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': CHALLENGE, 'content-type': 'application/json; charset=utf-8' },
      body: {
        error: { code: 'Unauthorized', message: 'AKV10000: Request is missing a Bearer or PoP token.' },
      },
    })
  }
  const basic = await raw(vault, 'GET', `/secrets?${V}`, {
    token: null,
    headers: { authorization: 'Basic eDp5' },
  })
  expect(basic.body.error.message).toBe('AKV10000: Request is missing a Bearer or PoP token.')
})

test('a token must be ours, for Key Vault, and young enough', async () => {
  let now = Date.UTC(2026, 0, 2, 12)
  await using vault = await startKeyVault({ now: () => now })
  const { privateKey } = await generateKeyPair('RS256')
  const sign = (claims: object) =>
    new SignJWT({
      iss: vault.identity.issuer,
      aud: 'https://vault.azure.net',
      exp: now / 1000 + 600,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256' })
      .sign(privateKey)
  const verdict = async (token: string): Promise<[number, string | undefined, string | undefined]> => {
    const { status, headers, body } = await raw(vault, 'GET', `/secrets?${V}`, { token })
    return [status, headers['www-authenticate'], body.error?.message]
  }
  const audience = (resource: string) => vault.token({ resource }).then(verdict)
  expect(await verdict(await vault.token())).toEqual([200, undefined, undefined])
  expect(await audience('cfa8b339-82a2-471a-a3c9-0fc0be7a4093')).toEqual([200, undefined, undefined])
  expect(await audience('https://management.azure.com')).toEqual([
    401,
    CHALLENGE,
    'AKV10022: Invalid audience. Expected https://vault.azure.net, found: https://management.azure.com.',
  ])
  expect((await audience('https://vault.azure.net/'))[0]).toBe(401)
  expect(await verdict(await sign({}))).toEqual([
    401,
    CHALLENGE,
    'AKV10046: Unable to resolve the key used for signature validation.',
  ])
  expect((await verdict('no.jwt.at-all'))[0]).toBe(401)
  // `alg: none` with the right claims
  const unsigned = (await vault.token()).replace(/^[^.]+/, btoa('{"alg":"none"}')).replace(/[^.]+$/, '')
  expect((await verdict(unsigned))[0]).toBe(401)
  const old = await vault.token({ expiresInSeconds: 60 })
  now += 6 * 60_000 - 1000 // five minutes of skew are granted
  expect((await verdict(old))[0]).toBe(200)
  now += 2000
  expect(await verdict(old)).toEqual([
    401,
    CHALLENGE,
    '[TokenExpired] Error validating token: its lifetime is over.',
  ])
})

test('a set as it goes over the wire', async () => {
  await using vault = await startKeyVault({ now: () => Date.UTC(2026, 0, 2, 12) })
  const { status, headers, body } = await raw(vault, 'PUT', `/secrets/key?${V}`, {
    body: {
      value: 'x',
      attributes: { exp: 1893456000, created: 1, recoveryLevel: 'ignored' },
      tags: { a: 'b' },
    },
    headers: { 'x-ms-client-request-id': 'my-id' },
  })
  expect(status).toBe(200)
  expect(headers).toMatchObject({
    'x-ms-client-request-id': 'my-id',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  })
  expect(headers['x-ms-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  const { id, ...rest } = body
  expect(id.slice(0, -32)).toBe(`https://127.0.0.1:${vault.port}/secrets/key/`)
  expect(rest).toEqual({
    value: 'x',
    attributes: {
      enabled: true,
      exp: 1893456000,
      created: 1767355200,
      updated: 1767355200,
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    },
    tags: { a: 'b' },
  })
})

test.each([
  ['PUT', `/secrets/in_valid?${V}`, '{"value":"x"}', 'The request URI contains an invalid name: in_valid'],
  [
    'PUT',
    `/secrets/${'n'.repeat(128)}?${V}`,
    '{"value":"x"}',
    `The request URI contains an invalid name: ${'n'.repeat(128)}`,
  ],
  ['PUT', `/secrets/key?${V}`, '{}', 'Property value has invalid value'],
  ['PUT', `/secrets/key?${V}`, '{"value":7}', 'Property value has invalid value'],
  [
    'PUT',
    `/secrets/key?${V}`,
    JSON.stringify({ value: 'é'.repeat(12_801) }),
    'Property value has invalid value',
  ],
  [
    'PUT',
    `/secrets/key?${V}`,
    '{"value":"x","attributes":{"enabled":"no"}}',
    'Property attributes.enabled has invalid value',
  ],
  ['PUT', `/secrets/key?${V}`, '{"value":"x","tags":{"a":1}}', 'Property tags.a has invalid value'],
  ['PUT', `/secrets/key?${V}`, '{"value":', 'The request body is not valid JSON.'],
  ['PATCH', `/secrets/key?${V}`, '[]', 'Property  has invalid value'],
  ['POST', `/secrets/restore?${V}`, '{"value":"AAAA"}', 'Backup blob contains invalid or corrupt version.'],
  ['GET', `/secrets?${V}&maxresults=26`, undefined, 'The maxresults parameter must be between 1 and 25.'],
  ['GET', `/secrets?${V}&maxresults=x`, undefined, 'The maxresults parameter must be between 1 and 25.'],
  [
    'GET',
    '/secrets',
    undefined,
    'The specified version () is not recognized. Consider using the latest supported version (2026-04-01).',
  ],
  [
    'GET',
    '/secrets?api-version=9.9',
    undefined,
    'The specified version (9.9) is not recognized. Consider using the latest supported version (2026-04-01).',
  ],
])('400 BadParameter: %s %s %s', async (method, path, body, message) => {
  await using vault = await startKeyVault()
  expect(await raw(vault, method, path, { body })).toMatchObject({
    status: 400,
    body: { error: { code: 'BadParameter', message } },
  })
})

test('a value of 25,600 bytes is taken', async () => {
  await using vault = await startKeyVault()
  const value = 'é'.repeat(12_800)
  const { body } = await raw(vault, 'PUT', `/secrets/key?${V}`, { body: { value } })
  expect(body.value).toBe(value)
})

test.each([
  ['PUT', `/secrets/?${V}`, 405, 'HTTP PUT not allowed'],
  ['DELETE', `/secrets/key/versions?${V}`, 405, 'HTTP DELETE not allowed'],
  ['GET', `/nothing/here?${V}`, 404, 'There is nothing at /nothing/here.'],
  ['GET', `/keys?${V}`, 501, 'The emulator does not implement /keys: it keeps secrets only.'],
  [
    'GET',
    `/deletedcertificates?${V}`,
    501,
    'The emulator does not implement /deletedcertificates: it keeps secrets only.',
  ],
  ['GET', '/secrets?api-version=2016-10-01', 501, 'The emulator does not implement api-version 2016-10-01.'],
])('%s %s: %i', async (method, path, status, message) => {
  await using vault = await startKeyVault()
  expect(await raw(vault, method, path)).toMatchObject({ status, body: { error: { message } } })
})

test('paths as other clients write them, and links that lead back to the address used', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault, { url: `https://localhost:${vault.port}` })
  for (const name of ['a', 'b', 'c']) await client.setSecret(name, name)
  expect((await raw(vault, 'GET', `//secrets/a/?${V}`)).body.value).toBe('a')
  expect((await raw(vault, 'GET', `/SECRETS/a?${V}`)).body.value).toBe('a')
  expect((await client.getSecret('a')).properties.vaultUrl).toBe(`https://localhost:${vault.port}`)
  const { body } = await raw(vault, 'GET', `/secrets?${V}&maxresults=2`)
  const next = new URL(body.nextLink)
  expect(next.origin).toBe(vault.url)
  expect(next.searchParams.get('maxresults')).toBe('2')
  const last = await raw(vault, 'GET', next.pathname + next.search)
  expect(last.body).toMatchObject({ value: [{ id: `${vault.url}/secrets/c` }], nextLink: null })
  // As many as fit exactly: no empty page follows.
  expect((await raw(vault, 'GET', `/secrets?${V}&maxresults=3`)).body.nextLink).toBeNull()
  const pages = await Array.fromAsync(client.listPropertiesOfSecrets().byPage({ maxPageSize: 1 }))
  expect(pages).toHaveLength(3)
})
