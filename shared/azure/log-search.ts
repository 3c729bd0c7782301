// Finding messages by their words. The container's full-text index is a list of documents per word, so a page costs the
// same however long the log is. What is erased has no words.
import type { Container } from '@azure/cosmos'
import type { MessageEntry, StoredEntry } from '../domain/entry.ts'
import type { ChatsSearch, MessageSearch } from '../services/ports/log.ts'
import { inList, queryAll } from './cosmos-items.ts'
import { toEntry } from './log-documents.ts'

/** `FullTextContainsAll(c.content.text, @word0, …)`, and the values behind it. */
function hasAll(terms: string[]): { text: string; values: Record<string, string> } {
  const names = terms.map((_, i) => `word${i}`)
  return {
    text: `FullTextContainsAll(c.content.text, ${names.map((name) => `@${name}`).join(', ')})`,
    values: Object.fromEntries(names.map((name, i) => [name, terms[i]!])),
  }
}

export async function searchMessages(
  chats: Container,
  chatId: string,
  { terms, from, before = Number.MAX_SAFE_INTEGER, limit }: MessageSearch,
): Promise<MessageEntry[]> {
  const words = hasAll(terms)
  const text = `SELECT TOP ${limit} * FROM c
    WHERE ${words.text} AND c.seq >= @from AND c.seq < @before ORDER BY c.seq DESC`
  const values = { ...words.values, from, before }
  return toMessages(await queryAll<StoredEntry>(chats, { partition: chatId, text, values }))
}

/** No time is beyond this. */
const END = '~'

export async function searchChats(
  chats: Container,
  chatIds: string[],
  { terms, until = END, limit }: ChatsSearch,
): Promise<MessageEntry[]> {
  const words = hasAll(terms)
  const asked = inList('chat', chatIds)
  const text = `SELECT TOP ${limit} * FROM c
    WHERE c.chatId IN ${asked.text} AND ${words.text} AND c.createdAt <= @until ORDER BY c.createdAt DESC`
  const values = { ...asked.values, ...words.values, until }
  return toMessages(await queryAll<StoredEntry>(chats, { text, values }))
}

const toMessages = (found: StoredEntry[]): MessageEntry[] =>
  found.map(toEntry).filter((entry) => entry.type === 'message')
