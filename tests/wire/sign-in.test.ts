import { createRemoteJWKSet, importJWK, jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import { call, PASSWORD } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let api: string
beforeAll(async () => {
  world = await startWorld()
  api = world.apis[0]!
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('registering answers the user and tokens that the published keys verify', async () => {
  const { status, body } = await call(api, 'POST', 'auth/register', {
    handle: 'Grace.Hopper',
    password: PASSWORD,
    displayName: 'Grace',
    email: 'grace@example.org',
    profile: { type: 'therapist', specialization: 'compilers' },
  })
  expect(status).toBe(201)
  expect(body.user).toEqual({
    userId: body.user.userId,
    handle: 'grace.hopper',
    displayName: 'Grace',
    email: 'grace@example.org',
    profile: { type: 'therapist', specialization: 'compilers' },
    role: 'user',
    createdAt: body.user.createdAt,
  })
  const keys = createRemoteJWKSet(new URL(`${api}/.well-known/jwks.json`))
  const { payload, protectedHeader } = await jwtVerify(body.accessToken, keys, {
    issuer: 'http://parley.test',
  })
  expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'test-1', typ: 'at+jwt' })
  expect(payload.sub).toBe(body.user.userId)
  expect(payload.exp! - payload.iat!).toBe(900)
  const published = await call(api, 'GET', '.well-known/jwks.json')
  expect(Object.keys(published.body.keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
})

test('a handle belongs to one person, whatever its case, also at the same instant', async () => {
  const ask = (handle: string) => call(api, 'POST', 'auth/register', { handle, password: PASSWORD })
  const answers = await Promise.all([ask('twins'), ask('Twins'), ask('TWINS')])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  expect(answers.find(({ status }) => status === 409)!.body.code).toBe('handle-taken')
})

test('a known address is not revealed: the account is made without it', async () => {
  const ask = (handle: string) =>
    call(api, 'POST', 'auth/register', { handle, password: PASSWORD, email: 'same@example.org' })
  expect((await ask('first-owner')).body.user.email).toBe('same@example.org')
  const second = await ask('second-owner')
  expect(second.status).toBe(201)
  expect(second.body.user.email).toBeUndefined()
})

test.each([
  ['short', 'needs at least 8 characters'],
  ['Password123', 'is one of the most common passwords'],
  ['x'.repeat(129), 'takes at most 128 characters'],
])('the password %p is refused', async (password, message) => {
  const { status, body } = await call(api, 'POST', 'auth/register', { handle: 'weakling', password })
  expect(status).toBe(400)
  expect(body.errors).toEqual([{ path: 'password', message }])
})

test('login by handle and by address; unknown login and wrong password are one answer', async () => {
  await call(api, 'POST', 'auth/register', { handle: 'lin', password: PASSWORD, email: 'Lin@Example.org' })
  const login = (name: string, password = PASSWORD) =>
    call(api, 'POST', 'auth/login', { login: name, password })
  expect((await login('LIN')).status).toBe(200)
  expect((await login('lin@example.org')).body.user.handle).toBe('lin')
  const [wrong, unknown] = await Promise.all([login('lin', 'not the password'), login('nobody-here')])
  expect(wrong.status).toBe(401)
  const shown = ({ traceId: _, ...problem }: Record<string, unknown>) => problem
  expect(shown(wrong.body)).toEqual(shown(unknown.body))
  expect(wrong.body.code).toBe('bad-credentials')
})

test('after five failures the login is blocked for a while, also for the right password', async () => {
  await call(api, 'POST', 'auth/register', { handle: 'guessed', password: PASSWORD })
  const login = (password: string) => call(api, 'POST', 'auth/login', { login: 'guessed', password })
  for (const n of [1, 2, 3, 4, 5]) expect((await login(`wrong ${n}`)).status).toBe(401)
  const blocked = await login(PASSWORD)
  expect(blocked.status).toBe(429)
  expect(blocked.body).toMatchObject({ code: 'too-many-attempts', retry: 'later' })
  expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('refreshing renews both tokens; a spent one ends the family', async () => {
  const ada = await world.register('ada')
  const refresh = (refreshToken: string) => call(api, 'POST', 'auth/refresh', { refreshToken })
  const second = await refresh(ada.refreshToken)
  expect(second.status).toBe(200)
  expect(second.body.refreshToken).not.toBe(ada.refreshToken)
  expect((await call(api, 'GET', 'users/me', undefined, second.body.accessToken)).status).toBe(200)
  const reused = await refresh(ada.refreshToken)
  expect(reused.status).toBe(401)
  expect(reused.body.code).toBe('session-expired')
  expect((await refresh(second.body.refreshToken)).status).toBe(401)
  for (const nonsense of ['x', 'a.b.c', `${ada.userId}.nosuchsession.${'A'.repeat(43)}`]) {
    expect((await refresh(nonsense)).body.code).toBe('session-expired')
  }
})

test('logging out ends the tokens and closes the sockets of that session alone', async () => {
  const ada = await world.register('ada')
  const other = await call(api, 'POST', 'auth/login', { login: ada.handle, password: PASSWORD })
  await using socket = await ada.socket()
  expect((await ada.call('POST', 'auth/logout')).status).toBe(204)
  await socket.closed
  const refused = await ada.call('GET', 'users/me')
  expect(refused.status).toBe(401)
  expect(refused.body.code).toBe('unauthorized')
  expect((await call(api, 'POST', 'auth/refresh', { refreshToken: ada.refreshToken })).status).toBe(401)
  expect((await call(api, 'GET', 'users/me', undefined, other.body.accessToken)).status).toBe(200)
})

test('forged, foreign, expired and missing tokens are refused with a typed error', async () => {
  const ada = await world.register('ada')
  const [key] = JSON.parse(world.settings.SIGNING_KEYS!).keys
  const ours = await importJWK(key, 'ES256')
  const token = (claims: object, header: object = {}) =>
    new SignJWT({
      sid: 's',
      role: 'user',
      sub: ada.userId,
      aud: 'parley',
      iss: 'http://parley.test',
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'test-1', typ: 'at+jwt', ...header })
      .sign(ours)
  const soon = Math.floor(Date.now() / 1000) + 600
  const refused = [
    undefined,
    'nonsense',
    `${ada.accessToken.slice(0, -4)}AAAA`,
    new UnsecuredJWT({ sub: ada.userId, sid: 's' }).setExpirationTime(soon).encode(),
    await token({ exp: soon - 1200 }),
    await token({ exp: soon, aud: 'another' }),
    await token({ exp: soon, iss: 'http://elsewhere.test' }),
    await token({ exp: soon }, { typ: 'JWT' }),
    await token({ exp: soon, sid: undefined }),
    await token({}),
  ]
  for (const bad of refused) {
    const { status, body, headers } = await call(api, 'POST', 'negotiate', {}, bad)
    expect({ bad, status, code: body.code }).toEqual({ bad, status: 401, code: 'unauthorized' })
    expect(headers.get('content-type')).toBe('application/problem+json')
  }
  expect((await call(api, 'POST', 'negotiate', {}, await token({ exp: soon }))).status).toBe(200)
})

test('ten devices that sign in at once with the right password all get in', async () => {
  const ada = await world.register('ada')
  const login = () => call(world.apis[0]!, 'POST', 'auth/login', { login: ada.handle, password: PASSWORD })
  const answers = await Promise.all(Array.from({ length: 10 }, login))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 200, 200])
})
