// The feed starts over, as after its leases were lost or a database was restored: what was answered stays answered.
import { CosmosClient } from '@azure/cosmos'
import { startWorld, type World } from '../support/world.ts'

async function forgetLeases({ cosmos }: World): Promise<void> {
  const client = new CosmosClient(cosmos.connectionString)
  const leases = client.database('parley').container('leases')
  const { resources } = await leases.items.query<{ id: string }>('SELECT c.id FROM c').fetchAll()
  expect(resources.length).toBeGreaterThan(0)
  await Promise.all(resources.map(({ id }) => leases.item(id, id).delete()))
  client.dispose()
}

test('the feed replayed from the beginning by another host answers nothing a second time', async () => {
  await using world = await startWorld()
  const ada = await world.register('ada')
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'bot' })).body
  const socket = await ada.socket()
  const ask = async (text: string, host: number) => {
    const body = { clientMessageId: text, content: { type: 'text', text } }
    const { seq } = (await ada.call('POST', `chats/${chatId}/messages`, body, host)).body
    await socket.wait((frame) => frame.type === 'run.ended' && frame.replySeq === seq + 1)
    return seq
  }
  const first = await ask('One', 0)
  // Edited and reacted to, it looks newer than it is.
  await ada.call('PATCH', `chats/${chatId}/messages/${first}`, {
    clientMessageId: 'e1',
    content: { type: 'text', text: 'One, please' },
  })
  await ada.call('PUT', `chats/${chatId}/messages/${first}/reactions/${encodeURIComponent('👍')}`)
  await ask('Two', 0)
  const before = world.ai.stats().started
  await world.hosts[0]!.close()
  await forgetLeases(world)
  await world.addHost()
  // The feed keeps its order within a chat: when this is answered, all before it has come by again.
  await ask('Three', 1)
  const { messages } = (await ada.call('GET', `chats/${chatId}/messages`, undefined, 1)).body
  expect(messages.map(({ senderId }: { senderId: string }) => senderId === 'assistant')).toEqual([
    false,
    true,
    false,
    true,
    false,
    true,
  ])
  expect(world.ai.stats().started - before).toBe(1)
  await socket.close()
}, 60_000)
