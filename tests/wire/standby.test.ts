// An app that stands by, as the second region has one: it answers, and leaves to the other what nobody calls.
import { startWorld } from '../support/world.ts'

/** The kinds of triggers that a host has. */
async function triggersOf(url: string): Promise<Set<string>> {
  const functions = (await (await fetch(`${url}/admin/functions`)).json()) as {
    config: { bindings: { type: string }[] }
  }[]
  return new Set(
    functions.flatMap(({ config }) =>
      config.bindings.map(({ type }) => type).filter((type) => type.endsWith('Trigger')),
    ),
  )
}

test('requests are answered, and the feed is read by the app that is active', async () => {
  await using world = await startWorld()
  const second = await world.addHost({ STANDBY: 'true' })
  expect([...(await triggersOf(second.url))]).toEqual(['httpTrigger'])
  expect([...(await triggersOf(world.hosts[0]!.url))].sort()).toEqual([
    'cosmosDBTrigger',
    'httpTrigger',
    'queueTrigger',
    'timerTrigger',
  ])
  const ada = await world.register('ada')
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'bot' }, 1)
  await using socket = await ada.socket()
  const sent = await ada.call(
    'POST',
    `chats/${chat.chatId}/messages`,
    { clientMessageId: 'm1', content: { type: 'text', text: 'thanks' } },
    1,
  )
  expect(sent.status).toBe(201)
  await socket.wait(({ type }) => type === 'run.ended')
}, 60_000)
