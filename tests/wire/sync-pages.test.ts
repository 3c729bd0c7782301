import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

interface Result {
  chats: { chat: { chatId: string }; entries: { seq: number; type: string }[]; more: boolean }[]
  since: string
  more: boolean
}

test('ten chats with more in them than an answer holds come page by page, every entry once and in order', async () => {
  const ada = await world.register('ada')
  const names = Array.from({ length: 10 }, (_, i) => `G${i}`)
  const chats = await Promise.all(
    names.map(
      async (name) => (await ada.call('POST', 'chats', { kind: 'group', name })).body.chatId as string,
    ),
  )
  const content = { type: 'text', text: '€'.repeat(8_000) }
  for (const chatId of chats) {
    const sends = ['1', '2', '3', '4', '5'].map((clientMessageId) =>
      ada.call('POST', `chats/${chatId}/messages`, { clientMessageId, content }),
    )
    expect((await Promise.all(sends)).map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
  }
  await using socket = await ada.socket()
  const known: Record<string, number> = {}
  const seen: Record<string, number[]> = {}
  let pages = 0
  for (let since: string | undefined, more = true; more; pages++) {
    const { result } = (await socket.command('sync', { chats: known, ...(since && { since }) })) as {
      result?: Result
    }
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(262_144)
    for (const { chat, entries } of result!.chats) {
      seen[chat.chatId] = [...(seen[chat.chatId] ?? []), ...entries.map(({ seq }) => seq)]
      known[chat.chatId] = entries.at(-1)!.seq
    }
    since = result!.since
    more = result!.more || result!.chats.some((chat) => chat.more)
  }
  expect(pages).toBeLessThan(8)
  expect(seen).toEqual(Object.fromEntries(chats.map((chatId) => [chatId, [1, 2, 3, 4, 5, 6, 7]])))
})
