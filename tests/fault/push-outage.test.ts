import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('while the push service is away, sends wait for one attempt together, not for one each', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  const { faults } = world.webPubSub
  faults.add({ operation: 'group.send', fault: { kind: 'status', status: 503 }, count: 1_000 })
  const send = (id: string) => {
    const content = { type: 'text', text: id }
    return ada.call('POST', `chats/${chat.chatId}/messages`, { clientMessageId: id, content })
  }
  const answers: ReturnType<typeof send>[] = []
  for (let i = 0; i < 60; i++) {
    answers.push(send(`m${i}`))
    // Open loop: a message every few milliseconds, whether or not the last one was answered.
    for (let k = 0; k < 5; k++) await fetch(`${world.apis[0]}/bots`)
  }
  for (const { status } of await Promise.all(answers)) expect(status).toBe(201)
  const { left = 0 } = faults.list()[0] as { left?: number }
  // One each, tried three times, were 180.
  expect(1_000 - left).toBeLessThan(60)
}, 60_000)
