// A client as the contract asks for one: what it holds, and how entries, pushes and the answers of `sync` change it.

export interface HeldMessage {
  seq: number
  n: number
  senderId: string
  content?: unknown
  replyTo?: number
  mentions?: string[]
  revision?: number
  editedAt?: string
  deletedAt?: string
  reactions: Record<string, string[]>
}

export interface HeldChat {
  chatId: string
  name: string | null
  role: string
  muted: boolean
  pinned: boolean
  seq: number
  n: number
  messages: Map<number, HeldMessage>
  /** How far each has read, by user. */
  read: Map<string, number>
}

export interface Held {
  userId: string
  since?: string
  chats: Map<string, HeldChat>
}

// biome-ignore lint/suspicious/noExplicitAny: what the wire brings is compared with what it brings elsewhere
type Wire = any

export const emptyHanded = (userId: string): Held => ({ userId, chats: new Map() })

/** What to ask `sync` for. */
export const syncRequest = ({ since, chats }: Held) => ({
  ...(since !== undefined && { since }),
  chats: Object.fromEntries([...chats.values()].map(({ chatId, seq }) => [chatId, seq])),
})

/** Takes the answer of `sync`. True when there is more to ask for. */
export function takeSync(held: Held, answer: Wire): boolean {
  for (const chatId of answer.removed) held.chats.delete(chatId)
  for (const { chat, entries, snapshot, receipts, more } of answer.chats) {
    const mine = takeChat(held, chat)
    if (snapshot) {
      mine.messages = new Map(snapshot.map((message: HeldMessage) => [message.seq, { ...message }]))
      mine.seq = chat.head.seq
      mine.n = chat.head.n
    }
    // The first entries that a member may see do not begin with 1.
    for (const entry of entries ?? []) takeEntry(held, mine, entry)
    // What is cleared is not sent any more: without `more` the client has come as far as the head says.
    if (!more) mine.seq = Math.max(mine.seq, chat.head.seq)
    for (const { userId, read } of receipts) note(mine, userId, read.seq)
  }
  held.since = answer.since
  return answer.more
}

/** Takes a pushed frame. What does not join on to what is held is left for `sync`. */
export function takePush(held: Held, frame: Wire): void {
  const mine = held.chats.get(frame.chatId)
  if (frame.type === 'chat.removed') held.chats.delete(frame.chatId)
  else if (frame.type === 'chat.updated' && held.chats.has(frame.chat.chatId)) takeChat(held, frame.chat)
  else if (frame.type === 'receipt' && mine) note(mine, frame.userId, frame.read.seq)
  else if (frame.type === 'entries' && mine) {
    for (const entry of frame.entries) if (entry.seq === mine.seq + 1) takeEntry(held, mine, entry)
  }
}

function takeChat(held: Held, chat: Wire): HeldChat {
  const { chatId, name, role, muted, pinned, clearedSeq = 0 } = chat
  const fresh = { seq: 0, n: 0, messages: new Map(), read: new Map() }
  const mine: HeldChat = { ...(held.chats.get(chatId) ?? fresh), chatId, name, role, muted, pinned }
  held.chats.set(chatId, mine)
  forget(mine, clearedSeq)
  note(mine, held.userId, chat.receipt.read.seq)
  return mine
}

function takeEntry(held: Held, mine: HeldChat, entry: Wire): void {
  if (entry.seq <= mine.seq) return
  mine.seq = entry.seq
  mine.n = entry.n
  const target = mine.messages.get(entry.target)
  switch (entry.type) {
    case 'message':
      mine.messages.set(entry.seq, { reactions: {}, ...entry })
      note(mine, entry.senderId, entry.seq)
      return
    case 'edit':
      if (target && entry.content && !target.deletedAt) {
        target.content = entry.content
        target.editedAt = entry.createdAt
        target.revision = entry.revision
      }
      return
    case 'delete':
      if (target) {
        mine.messages.set(target.seq, {
          seq: target.seq,
          n: target.n,
          senderId: target.senderId,
          reactions: {},
          deletedAt: entry.createdAt,
        })
      }
      return
    case 'reaction':
      if (target && !target.deletedAt) react(target, entry)
      return
    case 'clear':
      forget(mine, entry.through)
      return
    case 'chat':
      if (entry.name !== undefined && entry.change === 'renamed') mine.name = entry.name
      return
    case 'member':
      if (entry.userId !== held.userId) return
      if (entry.role) mine.role = entry.role
      // Whoever comes back begins anew.
      if (entry.change === 'added') forget(mine, entry.seq - 1)
  }
}

function react(target: HeldMessage, { emoji, on, senderId }: Wire): void {
  const others = (target.reactions[emoji] ?? []).filter((userId) => userId !== senderId)
  const all = on ? [...others, senderId] : others
  const { [emoji]: _, ...rest } = target.reactions
  target.reactions = all.length > 0 ? { ...rest, [emoji]: all } : rest
}

const note = (mine: HeldChat, userId: string, seq: number): void =>
  void mine.read.set(userId, Math.max(seq, mine.read.get(userId) ?? 0))

function forget(mine: HeldChat, through: number): void {
  for (const seq of mine.messages.keys()) if (seq <= through) mine.messages.delete(seq)
}
