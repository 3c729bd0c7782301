// One request per use case, as each of the people would make it.
import { PASSWORD } from '../../support/person.ts'
import type { People, Place } from './scene.ts'
import { text } from './scene.ts'

interface Ask {
  /** Beside what the route takes from the place; `{chatId}` and the like are filled from it. */
  body?: object
  query?: string
  /** Other path parameters. */
  path?: Record<string, string>
  /** It changes what the next one would find: each gets a chat of their own. */
  changes?: true
}

let ids = 0
const id = () => `id-${++ids}`

export const ASKS: Record<string, (people: People, place: Place) => Ask> = {
  'auth.register': () => ({ body: { handle: `new-${id()}`, password: PASSWORD } }),
  'auth.login': ({ owner }) => ({ body: { login: owner.handle, password: PASSWORD } }),
  'auth.refresh': () => ({ body: { refreshToken: 'spent' } }),
  'users.get': ({ owner }) => ({ path: { userId: owner.userId } }),
  'users.search': () => ({ query: '?q=own' }),
  'me.update': () => ({ body: { displayName: 'Somebody' } }),
  'settings.update': () => ({ body: { theme: 'dark' } }),
  'me.block': ({ stranger }) => ({ path: { userId: stranger.userId } }),
  'me.unblock': ({ stranger }) => ({ path: { userId: stranger.userId } }),
  'presence.get': ({ owner }) => ({ query: `?userIds=${owner.userId}` }),
  'reports.create': (_, { chatId, seq }) => ({ body: { reason: 'spam', chatId, seq } }),
  'chats.create': () => ({ body: { kind: 'group', name: 'New', clientRequestId: id() } }),
  'chats.update': () => ({ body: { name: 'Renamed' }, changes: true }),
  'chats.delete': () => ({ changes: true }),
  'chats.join': () => ({ changes: true }),
  'members.add': ({ stranger }) => ({ body: { userIds: [stranger.userId] }, changes: true }),
  'members.set': ({ stranger }) => ({
    path: { userId: stranger.userId },
    body: { role: 'member' },
    changes: true,
  }),
  'members.remove': ({ member }) => ({ path: { userId: member.userId }, changes: true }),
  'messages.send': () => ({ body: text(id()) }),
  'messages.edit': () => ({ body: text(id()), changes: true }),
  'messages.delete': () => ({ changes: true }),
  'messages.react': () => ({ path: { emoji: encodeURIComponent('👍') }, changes: true }),
  'messages.unreact': () => ({ path: { emoji: encodeURIComponent('👍') }, changes: true }),
  'messages.clear': () => ({ query: '?for=everyone', changes: true }),
  'messages.search': () => ({ query: '?q=m1' }),
  search: () => ({ query: '?q=m1' }),
  'receipts.read': (_, { seq }) => ({ body: { seq } }),
  'receipts.delivered': (_, { seq }) => ({ body: { seq } }),
  'attachments.create': () => ({ body: { name: 'b.txt', contentType: 'text/plain', size: 3 } }),
  'attachments.get': () => ({ query: '?redirect=false' }),
  'bots.configure': () => ({ body: { temperature: 0.5 } }),
  'runs.regenerate': () => ({ changes: true }),
  typing: (_, { chatId }) => ({ body: { chatId, typing: true } }),
}
