// Tokens used per person and day (in `users`), and per chat and day (in `state`): counters that go after two days.
import type { Container } from '@azure/cosmos'
import type { UsageStore } from '../services/ports/state.ts'
import { createItem, patchItem, readItem } from './cosmos-items.ts'

const TTL_S = 2 * 24 * 3600

interface Counter {
  tokens: number
}

export function createUsageStore(users: Container, state: Container): UsageStore {
  const ids = (userId: string, day: string) => ({ own: `usage:${userId}:${day}`, chats: `usage:${day}` })
  return {
    async read({ userId, chatId }, day) {
      const { own, chats } = ids(userId, day)
      const [user, chat] = await Promise.all([
        readItem<Counter>(users, own, own),
        readItem<Counter>(state, chatId, chats),
      ])
      return { user: user?.item.tokens ?? 0, chat: chat?.item.tokens ?? 0 }
    },
    async add({ userId, chatId }, day, tokens) {
      const { own, chats } = ids(userId, day)
      await Promise.all([
        count(users, own, { id: own, tokens, ttl: TTL_S }),
        count(state, chatId, { id: chats, chatId, tokens, ttl: TTL_S }),
      ])
    },
  }
}

async function count(
  container: Container,
  partition: string,
  item: Counter & { id: string; ttl: number; chatId?: string },
): Promise<void> {
  const more = [{ op: 'incr' as const, path: '/tokens', value: item.tokens }]
  for (;;) {
    if ((await patchItem(container, partition, item.id, more)) !== 'absent') return
    if (await createItem(container, item)) return
  }
}
