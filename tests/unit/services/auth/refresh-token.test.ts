import {
  hashToken,
  makeRefreshToken,
  newSalt,
  nextRefreshToken,
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

// printf 'u1.s1.AAA… r1' | openssl dgst -sha256 -hmac salt -binary | base64, url-safe
test('the token that follows is a MAC over the spent one and the request, and looks like any other', () => {
  const token = nextRefreshToken(`u1.s1.${SECRET}`, 'r1', 'salt')
  expect(token).toBe('u1.s1.x1xA33IaRrFAZQQKVWJzdbnfHEpyaGrrt0X8T4VMQQM')
  expect(parseRefreshToken(token)).toEqual({ userId: 'u1', sessionId: 's1' })
  const others = [
    nextRefreshToken(`u1.s1.${'B'.repeat(43)}`, 'r1', 'salt'),
    nextRefreshToken(`u1.s1.${SECRET}`, 'r2', 'salt'),
    nextRefreshToken(`u1.s1.${SECRET}`, 'r1', 'other'),
  ]
  expect(others).not.toContain(token)
  expect(newSalt()).not.toBe(newSalt())
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
