import { type Container, CosmosClient } from '@azure/cosmos'
import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

// What a search costs at the database, in a short log and in a long one, by the emulator's count.
let world: World
let ada: Person
beforeAll(async () => {
  // As an app that stands by: feed and timers rest, only what the request itself does is counted.
  world = await startWorld({ settings: { STANDBY: 'true' } })
  ada = await world.register('ada')
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const AT_ONCE = 95

/** A group, and as many messages as asked for written straight into its log; one in a thousand has a needle in it. */
async function chatOf(messages: number): Promise<string> {
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'group', name: 'G' })).body
  const client = new CosmosClient(world.cosmos.connectionString)
  const container: Container = client.database('parley').container('chats')
  for (let n = 1; n <= messages; n += AT_ONCE) {
    const create = Array.from({ length: Math.min(AT_ONCE, messages + 1 - n) }, (_, i) => {
      const seq = n + i + 2
      const text = `ordinary words number${seq}${seq % 1000 === 7 ? ' and a needle' : ''}`
      const entry = {
        ...{
          id: `e:${String(seq).padStart(10, '0')}`,
          chatId,
          seq,
          n: n + i,
          type: 'message',
          senderId: ada.userId,
        },
        ...{ createdAt: new Date(1_772_000_000_000 + seq).toISOString(), content: { type: 'text', text } },
        ...{ dedupeKey: `${ada.userId}:${seq}`, clientMessageId: `${seq}`, by: 'test' },
      }
      return { operationType: 'Create' as const, resourceBody: entry }
    })
    await container.items.batch(create, chatId)
  }
  client.dispose()
  return chatId
}

/**
 * The first page of a search, what its queries cost, and how many requests it took. The quietest of five: hosts look after
 * their leases meanwhile, and once a second after the sessions that ended.
 */
async function searched(path: string, q: string) {
  const tries: { found: number[]; units: number; queries: number; reads: number }[] = []
  for (let i = 0; i < 5; i++) {
    world.cosmos.stats.reset()
    const { body } = await ada.call('GET', `${path}?q=${encodeURIComponent(q)}`)
    const { 'items.query': query, 'items.read': read } = world.cosmos.stats.read()
    const found = body.messages.map(({ seq }: { seq: number }) => seq)
    tries.push({ found, units: query!.requestUnits, queries: query!.count, reads: read?.count ?? 0 })
  }
  return tries.sort((a, b) => a.reads + a.queries - b.reads - b.queries)[0]!
}

test('a page costs the same in a log of 20,000 as in one of 1,000, for rare words and for common ones', async () => {
  const [short, long] = [await chatOf(1_000), await chatOf(20_000)]
  const inShort = await searched(`chats/${short}/search`, 'needle')
  const inLong = await searched(`chats/${long}/search`, 'needle ordinary')
  expect(inShort.found).toEqual([7])
  expect(inLong.found.slice(0, 3)).toEqual([19007, 18007, 17007])
  expect(inLong.found).toHaveLength(20)
  const commonShort = await searched(`chats/${short}/search`, 'ordinary words')
  const commonLong = await searched(`chats/${long}/search`, 'ordinary words')
  expect([commonShort.found[0], commonLong.found[0]]).toEqual([1002, 20002])
  expect(commonLong.units).toBeLessThanOrEqual(1.5 * commonShort.units)
  expect(inLong.units).toBeLessThanOrEqual(1.5 * commonShort.units)
  // The asker's inbox and the head, then one query.
  for (const { reads, queries, units } of [inShort, inLong, commonShort, commonLong]) {
    expect(reads).toBe(2)
    expect(queries).toBe(1)
    expect(units).toBeLessThanOrEqual(15)
  }
  const all = await searched('search', 'needle')
  expect(all.found[0]).toBe(19007)
  // The inbox, the heads, the search; those of several chats ask more than once.
  expect(all.queries).toBeLessThanOrEqual(6)
  expect(all.units).toBeLessThanOrEqual(35)
}, 60_000)
