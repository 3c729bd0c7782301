// The people of the matrix, and the chats they meet in: a group with one of each role, and somebody blocked.
import { importJWK, SignJWT } from 'jose'
import { type Answer, call, type Person } from '../../support/person.ts'
import type { World } from '../../support/world.ts'

export const ACTORS = [
  ...['owner', 'admin', 'member', 'reader', 'removed', 'stranger', 'blocked'],
  ...['nobody', 'expired'],
] as const
export type Name = (typeof ACTORS)[number]

export type People = Record<Exclude<Name, 'nobody' | 'expired'>, Person>

/** A chat that the use cases are tried on. */
export interface Place {
  chatId: string
  /** A message of the member's, or of the blocked person's. */
  seq: number
  attachmentId: string
  runId: string
}

export async function gather(world: World): Promise<People> {
  const names = ACTORS.filter((name) => name !== 'nobody' && name !== 'expired')
  const people = await Promise.all(names.map((name) => world.register(name)))
  return Object.fromEntries(names.map((name, i) => [name, people[i]!])) as People
}

let groups = 0

/** A new group with one of each role; the bot is in it, and the removed one is out again. */
export async function makeGroup(
  people: People,
  visibility: 'private' | 'public' = 'private',
): Promise<Place> {
  const { owner, admin, member, reader, removed } = people
  const others = [admin, member, reader, removed].map(({ userId }) => userId)
  const group = { kind: 'group', name: `Group ${++groups}`, members: others, visibility }
  const { chatId } = done(await owner.call('POST', 'chats', group))
  const set = (userId: string, role: string) =>
    owner.call('PUT', `chats/${chatId}/members/${userId}`, { role }).then(done)
  await set(admin.userId, 'admin')
  await set(reader.userId, 'reader')
  await set('assistant', 'member')
  const { seq } = done(
    await member.call('POST', `chats/${chatId}/messages`, { ...text('m1'), mentions: ['assistant'] }),
  )
  done(await owner.call('DELETE', `chats/${chatId}/members/${removed.userId}`))
  return { chatId, seq, attachmentId: 'none', runId: 'none' }
}

/** Adds what takes longer: a file of the member's, and a run. */
export async function furnish(people: People, place: Place): Promise<Place> {
  const { member } = people
  const { chatId, seq } = place
  const file = { name: 'a.txt', contentType: 'text/plain', size: 3 }
  const upload = done(await member.call('POST', `chats/${chatId}/attachments`, file))
  await fetch(upload.uploadUrl, { method: 'PUT', headers: upload.headers, body: 'abc' })
  const { attachmentId } = upload
  const content = { type: 'file', attachmentId, ...file }
  done(await member.call('POST', `chats/${chatId}/messages`, { clientMessageId: 'f1', content }))
  const { runId } = done(await member.call('POST', `chats/${chatId}/messages/${seq}/regenerate`))
  return { ...place, attachmentId, runId }
}

/** The direct chat of the owner and the blocked one, from before the block. */
export async function makeBlocked({ owner, blocked }: People): Promise<Place> {
  const { chatId } = done(await owner.call('POST', 'chats', { kind: 'direct', userId: blocked.userId }))
  const { seq } = done(await blocked.call('POST', `chats/${chatId}/messages`, text('b1')))
  done(await owner.call('PUT', `users/me/blocks/${blocked.userId}`))
  return { chatId, seq, attachmentId: 'none', runId: 'none' }
}

export const text = (id: string) => ({ clientMessageId: id, content: { type: 'text', text: id } })

// biome-ignore lint/suspicious/noExplicitAny: a body as the wire brings it
function done({ status, body }: Answer): any {
  if (status >= 300) throw new Error(`The scene could not be set: ${status} ${JSON.stringify(body)}`)
  return body
}

/** A token that was the owner's, an hour ago. */
export async function expiredToken(world: World, { owner }: People): Promise<string> {
  const [key] = JSON.parse(world.settings.SIGNING_KEYS!).keys
  return new SignJWT({ sid: 'long-ago', role: 'user' })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
    .setSubject(owner.userId)
    .setIssuer(world.settings.ISSUER!)
    .setAudience('parley')
    .setIssuedAt(Math.floor(Date.now() / 1_000) - 4_500)
    .setExpirationTime(Math.floor(Date.now() / 1_000) - 3_600)
    .sign(await importJWK(key, key.alg))
}

export { call }
