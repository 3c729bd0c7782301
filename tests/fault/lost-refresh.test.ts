// The answer to a refresh is lost, and with it the only token that is good: the same request finds it again.
import { type Answer, call } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 2 })
}, 60_000)
afterEach(() => world.cosmos.faults.clear())
afterAll(() => world[Symbol.asyncDispose]())

const refresh = (refreshToken: string, clientRequestId?: string, host = 0): Promise<Answer> =>
  call(world.apis[host]!, 'POST', 'auth/refresh', {
    refreshToken,
    ...(clientRequestId !== undefined && { clientRequestId }),
  })

test('between the client and us: another process answers the same token, which goes on as any other', async () => {
  const ada = await world.register('ada')
  await fetch(`${world.hosts[0]!.url}/_emulator/faults`, {
    method: 'POST',
    body: JSON.stringify({ operation: 'http.refresh', fault: { kind: 'lose-answer' }, count: 1 }),
  })
  await expect(refresh(ada.refreshToken, 'r1')).rejects.toThrow('fetch failed')
  const again = await refresh(ada.refreshToken, 'r1', 1)
  expect(again.status).toBe(200)
  const { accessToken, refreshToken } = again.body
  expect((await call(world.apis[0]!, 'GET', 'users/me', undefined, accessToken)).status).toBe(200)
  expect((await refresh(ada.refreshToken, 'r1')).body.refreshToken).toBe(refreshToken)
  const next = await refresh(refreshToken, 'r2')
  expect(next.status).toBe(200)
  // Its successor was used: from now on the first token is a stolen one.
  expect((await refresh(ada.refreshToken, 'r1')).body.code).toBe('session-expired')
  expect((await refresh(next.body.refreshToken, 'r3')).body.code).toBe('session-expired')
})

test('between us and the database: the write is found, not taken for a theft', async () => {
  const bob = await world.register('bob')
  world.cosmos.faults.add({ operation: 'items.replace', fault: { kind: 'lose-answer' }, count: 1 })
  const first = await refresh(bob.refreshToken, 'r1')
  const again = first.status === 200 ? first : await refresh(bob.refreshToken, 'r1')
  expect(again.status).toBe(200)
  expect((await refresh(again.body.refreshToken)).status).toBe(200)
})

test('a client that gave up waiting asks again while the first is under way, through two processes: one token', async () => {
  const cy = await world.register('cy')
  world.cosmos.faults.add({ operation: 'items.replace', fault: { kind: 'delay', ms: 30 }, count: 4 })
  const answers = await Promise.all([0, 1, 0, 1].map((host) => refresh(cy.refreshToken, 'r1', host)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1)
  expect((await refresh(answers[0]!.body.refreshToken)).status).toBe(200)
})

test('without the id, or with another, the spent token ends the family at once', async () => {
  for (const second of [undefined, 'r2']) {
    const dan = await world.register('dan')
    const renewed = await refresh(dan.refreshToken, 'r1')
    expect((await refresh(dan.refreshToken, second)).body.code).toBe('session-expired')
    expect((await refresh(renewed.body.refreshToken)).body.code).toBe('session-expired')
  }
})
