import { login } from '../../../../shared/services/auth/login.ts'
import { startAuth } from '../../../support/auth.ts'
import { thrownBy } from '../../../support/thrown.ts'

const TEN = 1_772_359_200_000
const PASSWORD = 'correct horse battery staple'
const NO_ATTEMPTS = { open: 0, openSince: 0 }
const WRONG = 'incorrect horse'

test('handle and address sign in, whatever their case', async () => {
  const deps = startAuth(TEN)
  for (const name of ['ada', 'ADA', 'ada@example.org', 'Ada@Example.ORG']) {
    const { user, expiresAt } = await login(deps, { login: name, password: PASSWORD })
    expect(user.userId).toBe('ada')
    expect(expiresAt).toBe('2026-03-01T10:15:00.000Z')
  }
})

test('a wrong password and an unknown login are told apart by nothing', async () => {
  const deps = startAuth(TEN)
  const wrong = await thrownBy(() => login(deps, { login: 'ada', password: WRONG }))
  const unknown = await thrownBy(() => login(deps, { login: 'nobody', password: PASSWORD }))
  expect(wrong.code).toBe('bad-credentials')
  expect({ code: unknown.code, detail: unknown.detail }).toEqual({ code: wrong.code, detail: wrong.detail })
  expect(deps.users.attempts.get('nobody')).toEqual(deps.users.attempts.get('ada'))
})

test('four failures cost nothing, then each doubles the wait, up to a quarter of an hour', async () => {
  const deps = startAuth(TEN)
  const waits: number[] = []
  let now = TEN
  for (let failures = 1; failures <= 16; failures++) {
    deps.time.set(now)
    expect((await thrownBy(() => login(deps, { login: 'ada', password: WRONG }))).code).toBe(
      'bad-credentials',
    )
    const { blockedUntil } = deps.users.attempts.get('ada')!
    waits.push(blockedUntil === 0 ? 0 : (blockedUntil - now) / 1_000)
    now = Math.max(now, blockedUntil)
  }
  expect(waits).toEqual([0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
})

test('while blocked not even the right password is looked at, and Retry-After says how long', async () => {
  const deps = startAuth(TEN)
  deps.users.attempts.set('ada', { ...NO_ATTEMPTS, failures: 6, blockedUntil: TEN + 4_000 })
  for (const [now, retryAfter] of [
    [TEN, 4],
    [TEN + 1, 4],
    [TEN + 3_000, 1],
    [TEN + 3_999, 1],
  ] as const) {
    deps.time.set(now)
    const error = await thrownBy(() => login(deps, { login: 'Ada', password: PASSWORD }))
    expect(error).toMatchObject({ code: 'too-many-attempts', retryAfter })
  }
  expect(deps.users.attempts.get('ada')).toEqual({ ...NO_ATTEMPTS, failures: 6, blockedUntil: TEN + 4_000 })
})

test('the wait over, the right password signs in and the failures are forgotten', async () => {
  const deps = startAuth(TEN)
  deps.users.attempts.set('ada', { ...NO_ATTEMPTS, failures: 6, blockedUntil: TEN + 4_000 })
  deps.time.set(TEN + 4_000)
  const { user } = await login(deps, { login: 'ada', password: PASSWORD })
  expect(user.userId).toBe('ada')
  expect(deps.users.attempts.has('ada')).toBe(false)
})

test('one login’s failures do not block another', async () => {
  const deps = startAuth(TEN)
  deps.users.attempts.set('bob', { ...NO_ATTEMPTS, failures: 9, blockedUntil: TEN + 32_000 })
  expect((await login(deps, { login: 'ada', password: PASSWORD })).user.userId).toBe('ada')
})

test('of fifty guesses at once twenty are looked at, and each of them counts', async () => {
  const deps = startAuth(TEN)
  const guess = () => thrownBy(() => login(deps, { login: 'ada', password: WRONG }))
  const codes = (await Promise.all(Array.from({ length: 50 }, guess))).map(({ code }) => code)
  expect(codes.filter((code) => code === 'bad-credentials')).toHaveLength(20)
  expect(codes.filter((code) => code === 'too-many-attempts')).toHaveLength(30)
  expect(deps.users.attempts.get('ada')).toMatchObject({ failures: 20, open: 0, blockedUntil: TEN + 900_000 })
})
