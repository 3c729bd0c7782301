// What the use cases need of the inbox: one item per chat of a user. shared/azure meets it.
import type { InboxChange, InboxItem } from '../../domain/chat.ts'

export interface InboxStore {
  list(
    userId: string,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<{ items: InboxItem[]; cursor?: string | undefined }>
  read(userId: string, chatId: string): Promise<InboxItem | undefined>
  /** Chats that the user was taken out of since then, ISO 8601, and is not in again. */
  lostSince(userId: string, since: string): Promise<string[]>
  /** Which of these chats the user is in. */
  whichOf(userId: string, chatIds: string[]): Promise<Set<string>>
  /** Writes the item unless a newer membership entry is already reflected there. */
  apply(item: InboxItem): Promise<void>
  /** The membership entry that the item reflects, also one of a removal; 0 for none. */
  reflects(userId: string, chatId: string): Promise<number>
  /** Changes what is the user's own; `cleared` moves only forward. Undefined when the chat is not theirs. */
  change(userId: string, chatId: string, change: InboxChange): Promise<InboxItem | undefined>
  /** The direct chats of a user and who is on the other side, put away ones too. */
  listPeers(userId: string): Promise<{ chatId: string; peerId: string }[]>
  /** What the other side of a direct chat is called from now on. */
  renamePeer(userId: string, chatId: string, name: string): Promise<void>
  /** The groups of a user. */
  listGroups(userId: string): Promise<string[]>
  /** Which of these users have an item of one of these chats. */
  whoIsIn(userIds: string[], chatIds: string[]): Promise<Set<string>>
  /** Notes activity, only forward. */
  touch(userId: string, chatId: string, activeAt: string): Promise<void>
  /** Remembers that the message `seq` names the user, or forgets it. */
  mention(userId: string, chatId: string, seq: number, on: boolean): Promise<void>
}
