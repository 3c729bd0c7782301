// A group as a change of its members finds it: the chat, the asker, and how many there are.
import { type Chat, MAX_MEMBERS, type Member } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import type { LogStore } from '../ports/log.ts'

export interface Group {
  chat: Chat
  etag: string
  me: Member
  memberCount: number
}

/** @throws ChatError `chat-not-found`, `forbidden` for a chat that is no group */
export async function readGroup(log: LogStore, chatId: string, actor: Actor): Promise<Group> {
  const [found, me] = await Promise.all([log.findChat(chatId), log.readMember(chatId, actor.userId)])
  if (!found || !me) throw notFound(chatId)
  if (found.chat.kind !== 'group')
    throw new ChatError('forbidden', 'Only groups have members that come and go.')
  return { ...found, me, memberCount: await countMembers(log, found.chat) }
}

/** The chat knows; one from before it did is counted. */
export const countMembers = async (log: LogStore, { chatId, memberCount }: Chat): Promise<number> =>
  memberCount ?? (await log.listMembers(chatId)).length

/** What is wrong with a chat of so many; undefined when nothing is. */
export const chatFull = (memberCount: number): ChatError | undefined =>
  memberCount <= MAX_MEMBERS
    ? undefined
    : new ChatError('chat-full', `A chat has at most ${MAX_MEMBERS} members.`)

export const notFound = (chatId: string): ChatError =>
  new ChatError('chat-not-found', `There is no chat ${chatId}.`)
