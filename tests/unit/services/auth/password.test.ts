import { checkPassword, hashPassword, verifyPassword } from '../../../../shared/services/auth/password.ts'
import { thrownBy } from '../../../support/thrown.ts'

// Derived with OpenSSL's argon2id (through pyca/cryptography) from the salt 00 01 … 0f.
const VECTORS = [
  [
    'at our cost',
    'correct horse battery staple',
    '$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU',
  ],
  [
    'at another cost, with two lanes',
    'correct horse battery staple',
    '$argon2id$v=19$m=64,t=3,p=2$AAECAwQFBgcICQoLDA0ODw$x2DDBa4dWyRSftvI23cVjytjIZfYutSc7FqwcYCfPe8',
  ],
  [
    'in UTF-8, with a short tag',
    'grüß gott €',
    '$argon2id$v=19$m=256,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$O7oeyUfP2n2GpFoewrWMag',
  ],
] as const
const [[, PASSWORD, HASH]] = VECTORS

test.each(VECTORS)('a hash made elsewhere %s verifies', async (_what, password, hash) => {
  expect(await verifyPassword(password, hash)).toBe(true)
})

test.each([
  '',
  'Correct horse battery staple',
  'correct horse battery staple ',
  'correct horse battery stapl',
])('the password %p does not', async (password) => {
  expect(await verifyPassword(password, HASH)).toBe(false)
})

test('nobody has no password', async () => {
  expect(await verifyPassword(PASSWORD, undefined)).toBe(false)
  expect(await verifyPassword('', undefined)).toBe(false)
})

test('a hash is made at the cost OWASP advises, with a salt of its own', async () => {
  const [one, two] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(two).not.toBe(one)
  expect(await verifyPassword(PASSWORD, one)).toBe(true)
  expect(await verifyPassword('another', one)).toBe(false)
})

test.each(['', 'plain', '$argon2i$v=19$m=64,t=3,p=2$AAECAwQF$AAAA', HASH.replace('v=19', 'v=16')])(
  'the stored hash %p is a fault of ours, not of the person',
  async (hash) => {
    expect((await thrownBy(() => verifyPassword(PASSWORD, hash))).code).toBe('internal')
  },
)

test.each(['12345679', 'a'.repeat(128), 'pass word'])('the password %p may be chosen', (password) => {
  expect(() => checkPassword(password)).not.toThrow()
})

test.each([
  ['1234567', 'needs at least 8 characters'],
  ['a'.repeat(129), 'takes at most 128 characters'],
  ['password1', 'is one of the most common passwords'],
  ['QwErTyUiOp', 'is one of the most common passwords'],
])('the password %p may not: it %s', async (password, message) => {
  const error = await thrownBy(() => checkPassword(password))
  expect(error).toMatchObject({ code: 'invalid-request', errors: [{ path: 'password', message }] })
})
