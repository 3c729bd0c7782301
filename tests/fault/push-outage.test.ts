import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('while the push service is away, a send is answered as soon as it is stored', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  world.webPubSub.faults.add({ operation: 'group.send', fault: { kind: 'status', status: 503 } })
  const send = async (id: string): Promise<number> => {
    const started = performance.now()
    const content = { type: 'text', text: id }
    await ada.call('POST', `chats/${chat.chatId}/messages`, { clientMessageId: id, content })
    return performance.now() - started
  }
  const times: Promise<number>[] = []
  for (let i = 0; i < 60; i++) {
    times.push(send(`m${i}`))
    // Open loop: a message every few milliseconds, whether or not the last one was answered.
    for (let k = 0; k < 5; k++) await fetch(`${world.apis[0]}/bots`)
  }
  expect(Math.max(...(await Promise.all(times)))).toBeLessThan(2_000)
}, 60_000)
