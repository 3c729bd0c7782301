import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const handlesOf = (answer: { body: { users: { handle: string }[] } }) =>
  answer.body.users.map(({ handle }) => handle)

test('a new display name reaches the direct chats; what was not named stays', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  const { status, body } = await ada.call('PATCH', 'users/me', { displayName: 'Countess' })
  expect([status, body.displayName, body.profile]).toEqual([200, 'Countess', { type: 'member' }])
  expect((await bob.call('GET', 'chats')).body.chats[0].name).toBe('Countess')
  expect((await bob.call('GET', `users/${ada.userId}`)).body.displayName).toBe('Countess')
})

test('two new names at once leave one name everywhere', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  const names = ['One', 'Two', 'Three', 'Four']
  await Promise.all(names.map((displayName) => ada.call('PATCH', 'users/me', { displayName })))
  const { body } = await ada.call('GET', 'users/me')
  expect(names).toContain(body.displayName)
  expect((await bob.call('GET', 'chats')).body.chats[0].name).toBe(body.displayName)
})

test('an address is one person’s; giving it up frees it', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const email = `${ada.handle}@example.org`
  expect((await ada.call('PATCH', 'users/me', { email: email.toUpperCase() })).body.email).toBe(email)
  expect((await ada.call('PATCH', 'users/me', { email })).body.email).toBe(email)
  const taken = await bob.call('PATCH', 'users/me', { email })
  expect([taken.status, taken.body.email]).toEqual([200, undefined])
  expect((await ada.call('PATCH', 'users/me', { email: null })).body.email).toBeUndefined()
  expect((await bob.call('PATCH', 'users/me', { email })).body.email).toBe(email)
})

test('people are found by the beginning of handle or name, case and accents aside, page by page', async () => {
  const people = []
  for (const name of ['zoe1', 'zoe2', 'zoe3']) people.push(await world.register(name))
  const [one, two, three] = people.map((person) => person!)
  await three!.call('PATCH', 'users/me', { displayName: 'Élodie Straße' })
  expect(handlesOf(await one!.call('GET', 'users?q=ZOE'))).toEqual(people.map(({ handle }) => handle))
  expect(handlesOf(await one!.call('GET', 'users?q=elodie%20STRASSE'))).toEqual([three!.handle])
  const first = await one!.call('GET', 'users?q=zoe&limit=2')
  expect(handlesOf(first)).toEqual([one!.handle, two!.handle])
  const next = await one!.call('GET', `users?q=zoe&limit=2&cursor=${first.body.cursor}`)
  expect([handlesOf(next), next.body.cursor]).toEqual([[three!.handle], undefined])
  expect((await one!.call('GET', 'users?cursor=x')).body.code).toBe('invalid-request')
  await using socket = await one!.socket()
  await two!.call('PATCH', 'users/me', { profile: { type: 'therapist', specialization: 'grief' } })
  const reply = await socket.command('users.search', { q: 'zoe', profileType: 'therapist' })
  expect(reply).toMatchObject({ ok: true, result: { users: [{ handle: two!.handle }] } })
  expect(handlesOf(await one!.call('GET', 'users?q=zoe&type=therapist'))).toEqual([two!.handle])
})

test('parents are found only if they want to be; nobody else’s address is shown', async () => {
  const [pia, ada] = await Promise.all([world.register('pia'), world.register('ada')])
  const find = async () => handlesOf(await ada.call('GET', `users?q=${pia.handle}`))
  expect(await find()).toEqual([pia.handle])
  await pia.call('PATCH', 'users/me', { profile: { type: 'parent', childrenCount: 2 } })
  expect(await find()).toEqual([])
  const { body } = await pia.call('PATCH', 'users/me', {
    listed: true,
    email: `${pia.handle}@example.org`,
  })
  expect(body).toMatchObject({ listed: true, profile: { type: 'parent', childrenCount: 2 } })
  const found = await ada.call('GET', `users?q=${pia.handle}`)
  expect(Object.keys(found.body.users[0]).sort()).toEqual([
    'createdAt',
    'displayName',
    'handle',
    'profile',
    'role',
    'userId',
  ])
  expect((await ada.call('GET', `users?q=${pia.handle}&type=member`)).body.users).toEqual([])
})

test('settings merge by field, reach the other devices, and stay small', async () => {
  const ada = await world.register('ada')
  await using socket = await ada.socket()
  await ada.call('PATCH', 'users/me/settings', { language: 'de', custom: { a: 1, b: { deep: [2] } } })
  const { body } = await ada.call('PATCH', 'users/me/settings', {
    notifications: { sounds: false },
    custom: { a: null },
  })
  const expected = {
    language: 'de',
    theme: 'system',
    notifications: { messages: true, mentions: true, sounds: false },
    presence: 'everyone',
    custom: { b: { deep: [2] } },
  }
  expect(body).toEqual(expected)
  expect((await ada.call('GET', 'users/me/settings')).body).toEqual(expected)
  const pushed = await socket.wait(
    ({ type, settings }) => type === 'settings' && JSON.stringify(settings) === JSON.stringify(expected),
  )
  expect(pushed.settings).toEqual(expected)
  const large = await ada.call('PATCH', 'users/me/settings', { custom: { c: 'x'.repeat(16_384) } })
  expect([large.status, large.body.code, large.body.errors[0].path]).toEqual([
    400,
    'invalid-request',
    'custom',
  ])
  expect((await ada.call('GET', 'users/me/settings')).body).toEqual(expected)
  const devices = ['1', '2', '3', '4', '5'].map((name) =>
    ada.call('PATCH', 'users/me/settings', { custom: { [name]: true } }),
  )
  await Promise.all(devices)
  const { custom } = (await ada.call('GET', 'users/me/settings')).body
  expect(Object.keys(custom).sort()).toEqual(['1', '2', '3', '4', '5', 'b'])
})
