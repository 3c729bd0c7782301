import { documentsOf, seedCrowd } from '../support/crowd.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await startWorld({ settings: { JOB_LEASE_MS: '500', REPAIR_AFTER_MS: '400' } })
}, 60_000)
afterEach(() => world[Symbol.asyncDispose]())

test('the host dies while it fills a group: another goes on, and everybody is in, once', async () => {
  const ada = await world.register('ada')
  const crowd = await seedCrowd(world, 'crowd', 240)
  world.cosmos.faults.add({ operation: 'items.batch', fault: { kind: 'delay', ms: 150 } })
  const ask = { kind: 'group', name: 'Many', members: crowd, clientRequestId: 'r1' }
  const { body: chat } = await ada.call('POST', 'chats', ask)
  const added = async () =>
    (await documentsOf(world, 'chats', chat.chatId, 'e:')).filter(({ change }) => change === 'added')
  while ((await added()).length < 90);
  await world.hosts[0]!.kill('SIGKILL')
  world.cosmos.faults.clear()
  expect((await added()).length).toBeLessThan(241)

  const host = await world.addHost()
  const again = await ada.call('POST', 'chats', ask, 1)
  expect(again).toMatchObject({ status: 200, body: { chatId: chat.chatId } })
  while ((await documentsOf(world, 'chats', chat.chatId, 'job:')).length > 0)
    await fetch(`${host.url}/admin/functions/resume-chat-jobs`, { method: 'POST', body: '{}' })
  const people = (await added()).map(({ userId }) => userId)
  expect(people.sort()).toEqual([ada.userId, ...crowd].sort())
  expect(await documentsOf(world, 'chats', chat.chatId, 'roster:')).toEqual([])
  expect(await documentsOf(world, 'chats', chat.chatId, 'member:')).toHaveLength(241)
  const { body: page } = await ada.call('GET', `chats/${chat.chatId}/log?after=241`, undefined, 1)
  expect(page.entries).toMatchObject([{ seq: 242, change: 'added' }])
}, 60_000)

test('the host dies with a group ended and nobody told: the feed ends it for everybody, and the texts go', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const ask = { kind: 'group', name: 'End', members: [bob.userId] }
  const { chatId } = (await ada.call('POST', 'chats', ask)).body
  const path = `chats/${chatId}`
  const secret = { clientMessageId: 'm', content: { type: 'text', text: 'secret' } }
  await bob.call('POST', `${path}/messages`, secret)
  while ((await bob.call('GET', path)).body.head.seq < 4);
  for (const operation of ['items.patch', 'items.replace', 'items.create'])
    world.cosmos.faults.add({ operation, fault: { kind: 'delay', ms: 600_000 } })
  const unanswered = ada.call('DELETE', path).catch(() => undefined)
  while ((await documentsOf(world, 'chats', chatId, 'job:')).length === 0);
  await world.hosts[0]!.kill('SIGKILL')
  await unanswered
  world.cosmos.faults.clear()
  expect((await documentsOf(world, 'chats', chatId, 'e:')).at(-2)).toMatchObject({
    content: { text: 'secret' },
  })

  const host = await world.addHost()
  while ((await bob.call('GET', `${path}/messages`, undefined, 1)).status !== 404);
  while ((await documentsOf(world, 'chats', chatId, 'job:')).length > 0)
    await fetch(`${host.url}/admin/functions/resume-chat-jobs`, { method: 'POST', body: '{}' })
  for (const person of [ada, bob])
    expect((await person.call('GET', 'chats', undefined, 1)).body.chats).toEqual([])
  expect(JSON.stringify(await documentsOf(world, 'chats', chatId, ''))).not.toContain('secret')
  expect(JSON.stringify(await documentsOf(world, 'state', chatId, ''))).not.toContain('secret')
}, 60_000)
