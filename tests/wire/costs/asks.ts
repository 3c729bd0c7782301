// One request per use case, as a typical member makes it: those of the matrix, and where these would be refused or do
// nothing, others.
import { type Answer, call, PASSWORD, type Person } from '../../support/person.ts'
import type { World } from '../../support/world.ts'
import { ASKS } from '../authorisation/asks.ts'
import { furnish, makeGroup, type People, type Place, text } from '../authorisation/scene.ts'

export interface Scene {
  world: World
  people: People
  /** Handle listed as administrator. */
  root: Person
  group: Place
}

export interface Ask {
  by?: Person
  place?: Place
  body?: object
  query?: string
  path?: Record<string, string>
}

type Prepare = (scene: Scene) => Promise<Ask> | Ask

const OWNERS = [
  'bots.configure',
  'chats.update',
  'chats.delete',
  'members.add',
  'members.set',
  'messages.clear',
]
/** Of those that the matrix can try again in the same place, they do something only once in a place. */
const CHANGES = [
  'receipts.read',
  'receipts.delivered',
  'runs.stop',
  'bots.configure',
  'typing',
  'reports.create',
]
const MESSAGES = 20
let names = 0

/** A group of five and a bot, with twenty messages, a file and a run in it. */
export async function makeTypicalGroup(
  people: People,
  messages = MESSAGES,
  visibility?: 'public',
): Promise<Place> {
  const place = await furnish(people, await makeGroup(people, visibility))
  const { owner, member } = people
  const rest = Array.from({ length: messages - 2 }, (_, i) => text(`m${10 + i}`))
  const path = `chats/${place.chatId}/messages`
  await Promise.all(rest.map((message, i) => (i % 2 ? owner : member).call('POST', path, message)))
  return place
}

/** Makes ready what the use case needs: what changes a place gets one of its own, who may do a thing but once is new. */
export async function prepare(name: string, scene: Scene, warmUp?: 'warm-up'): Promise<Ask> {
  const { people, group } = scene
  const changes = ASKS[name]?.(people, group).changes || CHANGES.includes(name)
  const visibility = name === 'chats.join' ? 'public' : undefined
  const place = !changes ? group : await makeTypicalGroup(people, warmUp ? 3 : MESSAGES, visibility)
  const ask = ASKS[name]?.(people, place) ?? {}
  const by = OWNERS.includes(name) ? people.owner : people.member
  return { by, place, ...ask, ...(await SPECIAL[name]?.({ ...scene, group: place })) }
}

const SPECIAL: Record<string, Prepare> = {
  'auth.refresh': async (scene) => ({ body: { refreshToken: (await session(scene)).refreshToken } }),
  'auth.logout': async (scene) => ({
    by: { ...scene.people.member, accessToken: (await session(scene)).accessToken },
  }),
  'me.update': () => ({ body: { displayName: `Somebody ${++names}` } }),
  'settings.update': () => ({ body: { custom: { opened: ++names } } }),
  'me.block': async ({ people: { member, stranger } }) => {
    done(await member.call('DELETE', `users/me/blocks/${stranger.userId}`))
    return {}
  },
  'me.unblock': async ({ people: { member, stranger } }) => {
    done(await member.call('PUT', `users/me/blocks/${stranger.userId}`))
    return {}
  },
  'reports.list': ({ root }) => ({ by: root }),
  'chats.create': ({ people: { owner, admin } }) => ({
    body: { kind: 'group', name: 'New', members: [owner.userId, admin.userId] },
  }),
  'chats.join': ({ people }) => ({ by: people.stranger }),
  'members.set': ({ people }) => ({ path: { userId: people.reader.userId }, body: { role: 'member' } }),
  'messages.unreact': async ({ people: { member }, group: { chatId, seq } }) => {
    done(await member.call('PUT', `chats/${chatId}/messages/${seq}/reactions/👍`))
    return {}
  },
  'receipts.read': (scene) => receipted(scene, 'read'),
  'receipts.delivered': (scene) => receipted(scene, 'delivered'),
}

/** Somebody else than the author, who has a receipt already. */
async function receipted({ people: { admin }, group: { chatId, seq } }: Scene, mark: string): Promise<Ask> {
  done(await admin.call('POST', `chats/${chatId}/${mark}`, { seq }))
  return { by: admin, body: { seq: seq + 1 } }
}

async function session({ world, people: { member } }: Scene) {
  const login = { login: member.handle, password: PASSWORD }
  return done(await call(world.apis[0]!, 'POST', 'auth/login', login))
}

// biome-ignore lint/suspicious/noExplicitAny: a body as the wire brings it
export function done({ status, body }: Answer): any {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}
