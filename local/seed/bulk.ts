// Many chats and many messages, for benchmarks: through the product's own log, in this process, as fast as it takes them.
// People and chats are few round trips; messages are the bulk, and a chat that has enough of them is left alone.
import type { App } from '../../shared/app.ts'
import { messageKey } from '../../shared/domain/entry.ts'
import { hashId } from '../../shared/domain/id.ts'
import type { User } from '../../shared/domain/user.ts'
import { hashPassword } from '../../shared/services/auth/password.ts'
import { createChat } from '../../shared/services/chats/create-chat.ts'
import { PASSWORD } from './cast.ts'

export interface Size {
  people: number
  chats: number
  messages: number
}

const MEMBERS = 8
const CHATS_AT_ONCE = 16
const SENDS_AT_ONCE = 90

/** Fills up to the size; calling it again adds what is missing. `onProgress` is told how many messages there are. */
export async function seedBulk(app: App, size: Size, onProgress: (messages: number) => void): Promise<void> {
  const users = await ensurePeople(app, Math.max(2, size.people))
  const shares = sharesOf(size.messages, size.chats)
  let next = 0
  let there = 0
  const tell = (count: number) => {
    there += count
    onProgress(there)
  }
  const worker = async () => {
    for (let i = next++; i < shares.length; i = next++) await fillChat(app, users, i, shares[i]!, tell)
  }
  await Promise.all(Array.from({ length: Math.min(CHATS_AT_ONCE, shares.length) }, worker))
  await app.deliverer.idle()
}

/** A few chats are busy and most are not: the share of the nth is as 1 to n. */
export function sharesOf(messages: number, chats: number): number[] {
  const weights = Array.from({ length: chats }, (_, i) => 1 / (i + 1))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const shares = weights.map((weight) => Math.floor((messages * weight) / sum))
  const rest = messages - shares.reduce((total, share) => total + share, 0)
  return shares.map((share, i) => (i < rest ? share + 1 : share))
}

/** All have the same password, hashed once. */
async function ensurePeople(app: App, count: number): Promise<User[]> {
  const passwordHash = await hashPassword(PASSWORD)
  const createdAt = new Date(app.time.now()).toISOString()
  const users: User[] = []
  for (let i = 0; i < count; i++) {
    const handle = `person-${i}`
    const user: User = {
      userId: hashId('p', 'seed', i),
      handle,
      displayName: `Person ${i}`,
      profile: { type: 'member' },
      role: 'user',
      createdAt,
    }
    if (await app.users.reserveName('handle', handle, user.userId)) {
      await app.users.create({ ...user, passwordHash })
      await app.users.confirmName('handle', handle, user.userId)
    }
    users.push(user)
  }
  return users
}

async function fillChat(
  app: App,
  users: User[],
  number: number,
  messages: number,
  tell: (count: number) => void,
): Promise<void> {
  const members = Array.from(
    { length: Math.min(MEMBERS, users.length) },
    (_, i) => users[(number + i) % users.length]!,
  )
  const [owner, ...others] = members.map(({ userId }) => userId)
  const { view } = await createChat(
    app,
    { userId: owner!, sessionId: 'seed', role: 'user' },
    { kind: 'group', name: `Chat ${number}`, members: others, clientRequestId: `seed-${number}` },
  )
  const { chatId } = view.item
  tell(Math.min(view.head.n, messages))
  let next = view.head.n
  const sender = async () => {
    for (let i = next++; i < messages; i = next++) {
      await send(app, chatId, members[i % members.length]!.userId, i)
      tell(1)
    }
  }
  await Promise.all(Array.from({ length: SENDS_AT_ONCE }, sender))
}

const WORDS =
  'the mill turns while we talk of tides and lanterns over a slow river of small quiet hours'.split(' ')

function send(app: App, chatId: string, senderId: string, i: number): Promise<unknown> {
  const clientMessageId = `seed-${i}`
  const words = Array.from({ length: 4 + (i % 9) }, (_, at) => WORDS[(i * 7 + at * 5) % WORDS.length])
  const content = { type: 'text' as const, text: `${words.join(' ')} ${i}` }
  const dedupeKey = messageKey(senderId, clientMessageId)
  return app.appender.append(chatId, { type: 'message', senderId, clientMessageId, content, dedupeKey })
}
