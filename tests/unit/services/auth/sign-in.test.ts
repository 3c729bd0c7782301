import { login } from '../../../../shared/services/auth/login.ts'
import { refreshSession } from '../../../../shared/services/auth/refresh-session.ts'
import { endSession } from '../../../../shared/services/auth/sign-in.ts'
import { startAuth } from '../../../support/auth.ts'
import { thrownBy } from '../../../support/thrown.ts'

const TEN = 1_772_359_200_000

async function signedIn() {
  const deps = startAuth(TEN)
  const first = await login(deps, { login: 'ada', password: 'correct horse battery staple' })
  return { deps, first }
}

test('a refresh renews both tokens and keeps the session', async () => {
  const { deps, first } = await signedIn()
  deps.time.set(TEN + 600_000)
  const second = await refreshSession(deps, first.refreshToken)
  expect(second.expiresAt).toBe('2026-03-01T10:25:00.000Z')
  expect(second.refreshToken).not.toBe(first.refreshToken)
  expect(await deps.tokens.verify(second.accessToken, TEN + 600_000)).toEqual({
    userId: 'ada',
    sessionId: 'id1',
    role: 'user',
  })
  expect((await refreshSession(deps, second.refreshToken)).user.userId).toBe('ada')
})

test('the store holds no token, only the hash of the current one', async () => {
  const { deps, first } = await signedIn()
  const second = await refreshSession(deps, first.refreshToken, 'request-1')
  const stored = JSON.stringify(deps.sessions.find('id1'))
  for (const { refreshToken } of [first, second]) {
    expect(stored).not.toContain(refreshToken)
    expect(stored).not.toContain(refreshToken.split('.')[2])
  }
  expect(stored).not.toContain('request-1')
})

test('a spent token ends its family: the token that replaced it is worth nothing either', async () => {
  const { deps, first } = await signedIn()
  const second = await refreshSession(deps, first.refreshToken)
  expect((await thrownBy(() => refreshSession(deps, first.refreshToken))).code).toBe('session-expired')
  expect((await thrownBy(() => refreshSession(deps, second.refreshToken))).code).toBe('session-expired')
  expect(deps.sessions.revocations).toEqual([{ sessionId: 'id1', at: TEN }])
  expect(deps.push.calls).toEqual([{ to: 'close session.id1' }])
  expect(await deps.revocations.has('id1')).toBe(true)
})

test('of two that spend one token at once, at most one is served, and the session ends', async () => {
  const { deps, first } = await signedIn()
  const outcomes = await Promise.allSettled([
    refreshSession(deps, first.refreshToken),
    refreshSession(deps, first.refreshToken),
  ])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(deps.sessions.find('id1')).toMatchObject({ revoked: true })
})

test('the same request finds the token that it made, for a minute, and another access token', async () => {
  const { deps, first } = await signedIn()
  const second = await refreshSession(deps, first.refreshToken, 'r1')
  deps.time.set(TEN + 60_000)
  const again = await refreshSession(deps, first.refreshToken, 'r1')
  expect(again.refreshToken).toBe(second.refreshToken)
  expect(again.expiresAt).toBe('2026-03-01T10:16:00.000Z')
  deps.time.set(TEN + 60_001)
  expect((await thrownBy(() => refreshSession(deps, first.refreshToken, 'r1'))).code).toBe('session-expired')
  expect((await thrownBy(() => refreshSession(deps, second.refreshToken))).code).toBe('session-expired')
})

test.each([undefined, 'r2', ''])(
  'with the id %p a spent token is no repeat of r1, however soon',
  async (requestId) => {
    const { deps, first } = await signedIn()
    const second = await refreshSession(deps, first.refreshToken, 'r1')
    expect((await thrownBy(() => refreshSession(deps, first.refreshToken, requestId))).code).toBe(
      'session-expired',
    )
    expect((await thrownBy(() => refreshSession(deps, second.refreshToken))).code).toBe('session-expired')
  },
)

test('once the new token is used, the request that made it is over, with the id and without', async () => {
  for (const used of ['r2', undefined]) {
    const { deps, first } = await signedIn()
    const second = await refreshSession(deps, first.refreshToken, 'r1')
    const third = await refreshSession(deps, second.refreshToken, used)
    expect((await thrownBy(() => refreshSession(deps, first.refreshToken, 'r1'))).code).toBe(
      'session-expired',
    )
    expect((await thrownBy(() => refreshSession(deps, third.refreshToken))).code).toBe('session-expired')
  }
})

test('the same request twice at once is one; two requests at once end the session', async () => {
  const { deps, first } = await signedIn()
  const both = await Promise.all(
    ['r1', 'r1'].map((requestId) => refreshSession(deps, first.refreshToken, requestId)),
  )
  expect(both[0]!.refreshToken).toBe(both[1]!.refreshToken)
  const outcomes = await Promise.allSettled(
    ['r2', 'r3'].map((requestId) => refreshSession(deps, both[0]!.refreshToken, requestId)),
  )
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(deps.sessions.find('id1')).toMatchObject({ revoked: true })
})

test('a session that was ended is not brought back by a repeat', async () => {
  const { deps, first } = await signedIn()
  await refreshSession(deps, first.refreshToken, 'r1')
  await endSession(deps, 'ada', 'id1')
  expect((await thrownBy(() => refreshSession(deps, first.refreshToken, 'r1'))).code).toBe('session-expired')
})

test.each(['nonsense', `ada.nosession.${'A'.repeat(43)}`, `eve.id9.${'A'.repeat(43)}`])(
  'the token %p is expired like any other',
  async (token) => {
    const { deps } = await signedIn()
    expect((await thrownBy(() => refreshSession(deps, token))).code).toBe('session-expired')
    expect(deps.sessions.revocations).toEqual([])
  },
)

test('a guessed secret for a real session ends it', async () => {
  const { deps, first } = await signedIn()
  const guess = `ada.id1.${'A'.repeat(43)}`
  expect((await thrownBy(() => refreshSession(deps, guess))).code).toBe('session-expired')
  expect((await thrownBy(() => refreshSession(deps, first.refreshToken))).code).toBe('session-expired')
})

test('ending a session twice, or one that is gone, is no error; sockets that stay open do not keep it alive', async () => {
  const { deps, first } = await signedIn()
  deps.push.closeGroup = async () => {
    throw new Error('push is away')
  }
  await endSession(deps, 'ada', 'id1')
  await endSession(deps, 'ada', 'id1')
  await endSession(deps, 'ada', 'gone')
  expect((await thrownBy(() => refreshSession(deps, first.refreshToken))).code).toBe('session-expired')
})
