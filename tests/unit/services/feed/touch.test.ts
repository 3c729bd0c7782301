// How often the inboxes of a chat note that something was said in it.
import { type Member, START } from '../../../../shared/domain/chat.ts'
import type { StoredEntry } from '../../../../shared/domain/entry.ts'
import { applyChanges, touchMembers } from '../../../../shared/services/feed/apply-changes.ts'
import { type MemoryApp, memoryApp } from '../../../support/memory-app.ts'
import { storedMessage } from '../../../support/pending.ts'

const NOW = Date.parse('2026-03-01T10:00:00.000Z')
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString()

/** A group of so many, everybody's inbox touched at ten o'clock. */
async function group(count: number): Promise<MemoryApp> {
  const app = memoryApp(NOW)
  const userIds = ['ada', ...Array.from({ length: count - 1 }, (_, i) => `u${i}`)]
  const people = userIds.map((userId, i): Member => {
    return { chatId: 'c1', userId, role: i === 0 ? 'owner' : 'member', joined: START }
  })
  const base = { chatId: 'c1', createdBy: 'ada', createdAt: at(0) }
  await app.log.commit('c1', {
    chat: { ...base, kind: 'group', name: 'G', visibility: 'private', bots: ['robot'], memberCount: count },
    entries: [],
    writers: [],
    members: people.map((member) => ({ kind: 'create', member })),
  })
  const head = {
    chatId: 'c1',
    kind: 'group' as const,
    name: 'G',
    memberCount: count,
    seq: 1,
    n: 0,
    at: at(0),
  }
  await app.state.createHead({ ...head, preview: '', previewSeq: 0, senderId: 'ada', sent: {} })
  for (const { userId, role } of people)
    await app.inbox.apply({
      ...{ userId, chatId: 'c1', kind: 'group', peer: null, role, joined: START, cleared: START },
      ...{ activeAt: at(0), muted: false, pinned: false, memberSeq: 1, removed: false },
    })
  return app
}

const said = (minutes: number, senderId = 'ada'): StoredEntry => {
  return { ...storedMessage(1, senderId, 'm'), createdAt: at(minutes) }
}
const activeAt = async (app: MemoryApp, userId: string) => (await app.inbox.read(userId, 'c1'))?.activeAt

test('in a small group after a minute, everybody at once', async () => {
  const app = await group(3)
  expect((await applyChanges(app, 'c1', [said(0.9)])).touches).toEqual([])
  expect(await activeAt(app, 'u1')).toBe('2026-03-01T10:00:00.000Z')
  expect((await applyChanges(app, 'c1', [said(1)])).touches).toEqual([])
  expect(await activeAt(app, 'u1')).toBe('2026-03-01T10:01:00.000Z')
})

test('among five hundred every ten minutes, by a job; only one inbox is written meanwhile', async () => {
  const app = await group(500)
  expect((await applyChanges(app, 'c1', [said(9.9)])).touches).toEqual([])
  const { touches } = await applyChanges(app, 'c1', [said(10)])
  expect(touches).toEqual([{ chatId: 'c1', activeAt: '2026-03-01T10:10:00.000Z' }])
  expect([await activeAt(app, 'ada'), await activeAt(app, 'u400')]).toEqual([at(10), at(0)])
  expect((await applyChanges(app, 'c1', [said(11)])).touches).toEqual([])
  await touchMembers(app, touches[0]!)
  expect(await activeAt(app, 'u400')).toBe('2026-03-01T10:10:00.000Z')
})

test('a bot, who has no inbox, causes no more: an owner’s tells', async () => {
  const app = await group(500)
  expect((await applyChanges(app, 'c1', [said(5, 'robot')])).touches).toEqual([])
  expect((await applyChanges(app, 'c1', [said(10, 'robot')])).touches).toHaveLength(1)
  expect((await applyChanges(app, 'c1', [said(11, 'robot')])).touches).toEqual([])
})
