import {
  hashToken,
  makeRefreshToken,
  parseRefreshToken,
} from '../../../../shared/services/auth/refresh-token.ts'

const SECRET = 'A'.repeat(43)

test('a refresh token names its user and session, and its hash is what is stored', () => {
  const { token, hash } = makeRefreshToken('u1', 's1')
  expect(token).toMatch(/^u1\.s1\.[A-Za-z0-9_-]{43}$/)
  expect(parseRefreshToken(token)).toEqual({ userId: 'u1', sessionId: 's1' })
  expect(hash).toBe(hashToken(token))
  expect(makeRefreshToken('u1', 's1').token).not.toBe(token)
})

// printf 'u1.s1.AAA…' | openssl dgst -sha256 -binary | base64, url-safe
test('the hash is SHA-256', () => {
  expect(hashToken(`u1.s1.${SECRET}`)).toBe('MSaLwjWklpH_ylPwlGB-Ibzoh4yePAhWg20gilJaMPo')
})

test.each([
  '',
  'x',
  'u1.s1',
  `u1.s1.${SECRET}A`,
  `u1.s1.${'A'.repeat(42)}`,
  `u1.s1.${'A'.repeat(42)}=`,
  `u1..${SECRET}`,
  `.s1.${SECRET}`,
  `u1.s1.x.${SECRET}`,
  `u/1.s1.${SECRET}`,
  `${'u'.repeat(65)}.s1.${SECRET}`,
  `u1.s1.${SECRET}\n`,
])('%p is no refresh token', (token) => {
  expect(parseRefreshToken(token)).toBeUndefined()
})
