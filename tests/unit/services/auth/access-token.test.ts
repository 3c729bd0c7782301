import { generateKeyPairSync } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import { createTokenIssuer, type PrivateKey } from '../../../../shared/services/auth/access-token.ts'
import { thrownBy } from '../../../support/thrown.ts'

const ISSUER = 'http://parley.test'
const TEN = Date.parse('2026-03-01T10:00:00.000Z')
const QUARTER_PAST = 1_772_360_100
const ada = { userId: 'ada', sessionId: 's1', role: 'admin' } as const

function newKey(kid: string): PrivateKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256' }
}

// Made by another implementation (pyca/cryptography), good until 10:15.
const VECTOR_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'Jqi-LhNwWyU0kHJC5vdI09t6NfRw64Bnl48Rgj_0zbU',
  y: 'Mk9VYKMNttUpa-2V3BkY8WV4qMrCBgLJSgFELRvczTI',
  kid: 'vector',
  alg: 'ES256',
}
const VECTOR = `eyJhbGciOiJFUzI1NiIsImtpZCI6InZlY3RvciIsInR5cCI6ImF0K2p3dCJ9.\
eyJzaWQiOiJzMSIsInJvbGUiOiJhZG1pbiIsInN1YiI6ImFkYSIsImlzcyI6Imh0dHA6Ly9wYXJsZXkudGVzdCIsImF1ZCI6InBhcmxleSIsImlhdCI\
6MTc3MjM1OTIwMCwiZXhwIjoxNzcyMzYwMTAwfQ.\
Qj7YSBU2A72s9DMAYtKfJQkS29eLxtWpy3QijV3cQFAhVFP9IPcgwm_KIRCMWlcmrOoaQl01zfgBfFpA9IfcGQ`

const key = newKey('k1')
const issuer = createTokenIssuer([key], ISSUER)

test('a token made elsewhere with the same key and claims is accepted', async () => {
  expect(await createTokenIssuer([VECTOR_KEY], ISSUER).verify(VECTOR, TEN)).toEqual(ada)
})

test('a token of our own names its person, session and role', async () => {
  const { accessToken, expiresAt } = await issuer.sign(ada, TEN)
  expect(expiresAt).toBe('2026-03-01T10:15:00.000Z')
  expect(await issuer.verify(accessToken, TEN)).toEqual(ada)
  const [header, payload] = accessToken.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  expect(JSON.parse(header!)).toEqual({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' })
  expect(JSON.parse(payload!)).toEqual({
    sid: 's1',
    role: 'admin',
    sub: 'ada',
    iss: 'http://parley.test',
    aud: 'parley',
    iat: 1_772_359_200,
    exp: 1_772_360_100,
  })
})

test('it is good to the last millisecond and expired at the second', async () => {
  const { accessToken } = await issuer.sign(ada, TEN)
  const before = Date.parse('2026-03-01T10:14:59.999Z')
  expect(await issuer.verify(accessToken, before)).toEqual(ada)
  const error = await thrownBy(() => issuer.verify(accessToken, Date.parse('2026-03-01T10:15:00.000Z')))
  expect(error).toMatchObject({ code: 'unauthorized', detail: 'The access token has expired.' })
})

test('a role that is not admin is user', async () => {
  const token = await forge({ role: 'root' })
  expect(await issuer.verify(token, TEN)).toEqual({ ...ada, role: 'user' })
})

const CLAIMS = { sid: 's1', role: 'user', sub: 'ada', iss: ISSUER, aud: 'parley', exp: QUARTER_PAST }

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

/** A token signed with `signer` that is right in everything but what is given. */
async function forge(claims: object = {}, header: object = {}, signer: PrivateKey = key): Promise<string> {
  return new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...header })
    .sign(await importJWK(signer, 'ES256'))
}

test('what the next tests break is otherwise good', async () => {
  expect(await issuer.verify(await forge(), TEN)).toEqual({ ...ada, role: 'user' })
})

test.each<[string, () => Promise<string> | string]>([
  ['nothing', () => ''],
  ['nonsense', () => 'nonsense'],
  ['another audience', () => forge({ aud: 'another' })],
  ['another issuer', () => forge({ iss: 'http://elsewhere.test' })],
  ['another kind of token', () => forge({}, { typ: 'JWT' })],
  ['no kind of token', () => forge({}, { typ: undefined })],
  ['no session', () => forge({ sid: undefined })],
  ['a session that is no text', () => forge({ sid: 7 })],
  ['no person', () => forge({ sub: undefined })],
  ['no end', () => forge({ exp: undefined })],
  ['a beginning that is still to come', () => forge({ nbf: QUARTER_PAST })],
  ['a key of somebody else under our name', () => forge({}, {}, newKey('k1'))],
  ['a key we do not know', () => forge({}, { kid: 'k9' }, newKey('k9'))],
  [
    'no signature and alg none',
    () => `${encode({ alg: 'none', kid: 'k1', typ: 'at+jwt' })}.${encode(CLAIMS)}.`,
  ],
  [
    'our public key taken for a shared secret',
    () =>
      new SignJWT(CLAIMS)
        .setProtectedHeader({ alg: 'HS256', kid: 'k1', typ: 'at+jwt' })
        .sign(Buffer.from(JSON.stringify(issuer.publicKeys().keys[0]))),
  ],
  [
    'claims changed after signing',
    async () => {
      const [header, , signature] = (await forge()).split('.')
      return `${header}.${encode({ ...CLAIMS, sub: 'eve' })}.${signature}`
    },
  ],
])('a token with %s is refused', async (_what, token) => {
  const refused = await token()
  const error = await thrownBy(() => issuer.verify(refused, TEN))
  expect(error).toMatchObject({ code: 'unauthorized', detail: 'The access token is not valid.' })
})

test('keys rotate: the new one signs, the old one verifies until it is taken out', async () => {
  const next = newKey('k2')
  const both = createTokenIssuer([next, key], ISSUER)
  const { accessToken: old } = await issuer.sign(ada, TEN)
  const { accessToken: fresh } = await both.sign(ada, TEN)
  expect(await both.verify(old, TEN)).toEqual(ada)
  expect(await both.verify(fresh, TEN)).toEqual(ada)
  expect((await thrownBy(() => issuer.verify(fresh, TEN))).code).toBe('unauthorized')
  expect((await thrownBy(() => createTokenIssuer([next], ISSUER).verify(old, TEN))).code).toBe('unauthorized')
})

test('the published keys hold no private part', () => {
  const { keys } = createTokenIssuer([key, newKey('k2')], ISSUER).publicKeys()
  expect(keys.map((shown) => Object.keys(shown).sort())).toEqual([
    ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  ])
})

test('without a key there is no issuer', () => {
  expect(() => createTokenIssuer([], ISSUER)).toThrow('SIGNING_KEYS')
})
