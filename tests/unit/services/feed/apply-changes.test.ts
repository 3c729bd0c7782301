import { START } from '../../../../shared/domain/chat.ts'
import type { MemberEntry, StoredEntry } from '../../../../shared/domain/entry.ts'
import { applyChanges } from '../../../../shared/services/feed/apply-changes.ts'
import { repair } from '../../../../shared/services/feed/repair.ts'
import { type MemoryApp, memoryApp } from '../../../support/memory-app.ts'
import { storedMessage } from '../../../support/pending.ts'

const NOW = Date.parse('2026-03-01T10:00:00.000Z')
const people = ['ada', 'bob'].map((userId) => ({
  userId,
  handle: userId,
  displayName: userId,
  profile: { type: 'member' as const },
  role: 'user' as const,
  createdAt: '2026-03-01T09:00:00.000Z',
}))

const memberEntry = (seq: number, userId: string, change: MemberEntry['change']): StoredEntry => ({
  type: 'member',
  chatId: 'c1',
  seq,
  n: 0,
  senderId: 'ada',
  createdAt: '2026-03-01T10:00:00.000Z',
  userId,
  change,
  role: 'member',
  joined: START,
  memberCount: 2,
  dedupeKey: `created:${userId}`,
  by: 'p1',
})

/** A group of Ada alone: Bob was there at first, and his removal is in the log. */
async function group(): Promise<{ app: MemoryApp; entries: StoredEntry[] }> {
  const app = memoryApp(NOW, ...people)
  const created: StoredEntry = {
    type: 'chat',
    change: 'created',
    chatId: 'c1',
    seq: 1,
    n: 0,
    senderId: 'ada',
    createdAt: '2026-03-01T10:00:00.000Z',
    dedupeKey: 'created',
    by: 'p1',
  }
  const removal = { ...memberEntry(4, 'bob', 'removed'), dedupeKey: 'change:1', memberCount: 1 }
  const entries = [created, memberEntry(2, 'ada', 'added'), memberEntry(3, 'bob', 'added'), removal]
  await app.log.commit('c1', {
    chat: {
      chatId: 'c1',
      kind: 'group',
      name: 'G',
      visibility: 'private',
      createdBy: 'ada',
      createdAt: '2026-03-01T10:00:00.000Z',
      bots: [],
    },
    entries,
    writers: [],
    members: [{ kind: 'create', member: { chatId: 'c1', userId: 'ada', role: 'owner', joined: START } }],
  })
  return { app, entries }
}

test('an old entry, seen again after the inbox forgot the removal, lets nobody back in', async () => {
  const { app, entries } = await group()
  await applyChanges(app, 'c1', entries.slice(0, 3))
  expect(await app.inbox.read('ada', 'c1')).toMatchObject({ chatId: 'c1', memberSeq: 2 })
  expect(await app.inbox.read('bob', 'c1')).toBeUndefined()
  expect(app.push.calls).toEqual([{ to: 'add user ada chat.c1' }])
})

test('a head that was never made stands at the last creation entry, however many have come or gone since', async () => {
  const { app, entries } = await group()
  const { repairs } = await applyChanges(app, 'c1', entries)
  expect(await app.state.readHead('c1')).toMatchObject({ seq: 3, n: 0, memberCount: 2 })
  expect(repairs).toEqual([{ chatId: 'c1', from: 4, through: 4 }])
})

test('entries of a clock that is an hour ahead wait no longer than others', async () => {
  const { app, entries } = await group()
  await applyChanges(app, 'c1', entries)
  const ahead = { ...storedMessage(5, 'ada', 'm1'), n: 1, createdAt: '2026-03-01T11:00:00.000Z' }
  await app.log.commit('c1', { entries: [ahead], writers: ['ada'], guardSeq: 4 })
  await repair(app, { chatId: 'c1', from: 4, through: 5 })
  expect(app.time.now() - NOW).toBe(3_000)
  expect(await app.state.readHead('c1')).toMatchObject({ seq: 5, n: 1, preview: 'm1', memberCount: 1 })
})
