import { generateKeyPairSync } from 'node:crypto'
import { createTokenIssuer, type PrivateKey } from '../../../../shared/services/auth/access-token.ts'
import { createRotatingIssuer } from '../../../../shared/services/auth/rotating-issuer.ts'
import { thrownBy } from '../../../support/thrown.ts'

const ISSUER = 'http://parley.test'
const TEN = Date.parse('2026-03-01T10:00:00.000Z')
const ada = { userId: 'ada', sessionId: 's1', role: 'user' } as const

function newKey(kid: string): PrivateKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256' }
}

/** Keys as this process knows them, and as they are when it asks again. */
function start(known: PrivateKey[]) {
  const keys = { known, newer: known, refreshes: 0 }
  const issuer = createRotatingIssuer(async (refresh) => {
    if (refresh) {
      keys.refreshes++
      keys.known = keys.newer
    }
    return keys.known
  }, ISSUER)
  return { keys, issuer }
}

const [one, two] = [newKey('k1'), newKey('k2')]

test('a new key signs, the one before it still verifies, and both are published', async () => {
  const { keys, issuer } = start([one])
  const { accessToken: old } = await issuer.sign(ada, TEN)
  keys.known = [two, one]
  const { accessToken: fresh } = await issuer.sign(ada, TEN)
  expect(JSON.parse(Buffer.from(fresh.split('.')[0]!, 'base64url').toString()).kid).toBe('k2')
  expect(await issuer.verify(old, TEN)).toEqual(ada)
  expect(await issuer.verify(fresh, TEN)).toEqual(ada)
  expect((await issuer.publicKeys()).keys.map(({ kid }) => kid)).toEqual(['k2', 'k1'])
  expect(keys.refreshes).toBe(0)
})

test('a token of a key that another process has already is looked up before it is refused', async () => {
  const { keys, issuer } = start([one])
  const { accessToken } = await createTokenIssuer([two, one], ISSUER).sign(ada, TEN)
  keys.newer = [two, one]
  expect(await issuer.verify(accessToken, TEN)).toEqual(ada)
  expect(keys.refreshes).toBe(1)
})

test('a token of nobody’s key is refused after one look', async () => {
  const { keys, issuer } = start([one])
  const { accessToken } = await createTokenIssuer([two], ISSUER).sign(ada, TEN)
  expect(await thrownBy(() => issuer.verify(accessToken, TEN))).toMatchObject({ code: 'unauthorized' })
  expect(keys.refreshes).toBe(1)
})

test('an expired or forged token is no reason to look', async () => {
  const { keys, issuer } = start([one])
  const { accessToken } = await issuer.sign(ada, TEN)
  await thrownBy(() => issuer.verify(accessToken, TEN + 3_600_000))
  const forged = await createTokenIssuer([newKey('k1')], ISSUER).sign(ada, TEN)
  await thrownBy(() => issuer.verify(forged.accessToken, TEN))
  expect(keys.refreshes).toBe(0)
})
