import type { Entry, StoredEntry } from '../../../shared/domain/entry.ts'
import type { User } from '../../../shared/domain/user.ts'
import {
  renderEntry,
  renderMember,
  renderMessage,
  renderReceipt,
  renderRun,
  renderUser,
} from '../../../shared/protocol/render.ts'

// What the store keeps beside the contract. Renderers name what they show, so none of it may come through.
const PRIVATE = {
  dedupeKey: 'ada:m1',
  by: 'p1',
  id: 'e:0000000004',
  _etag: '"0"',
  _ts: 1,
  _rid: 'r',
  ttl: 60,
  fence: 3,
  leaseUntil: 99,
}
const PRIVATE_NAMES = [...Object.keys(PRIVATE), 'joined', 'memberCount', 'passwordHash', 'n']

const base = {
  chatId: 'c1',
  seq: 4,
  n: 2,
  senderId: 'ada',
  createdAt: '2026-03-01T10:00:00.000Z',
  ...PRIVATE,
}
const START = { seq: 0, n: 0 }
const message = { ...base, type: 'message', content: { type: 'text', text: 'hi' } } satisfies StoredEntry
const ada: User & { passwordHash: string } = {
  ...PRIVATE,
  userId: 'ada',
  handle: 'ada',
  displayName: 'Ada',
  email: 'ada@example.org',
  profile: { type: 'parent', childrenCount: 2 },
  role: 'user',
  createdAt: '2026-03-01T10:00:00.000Z',
  passwordHash: '$argon2id$…',
}

const SHOWN = { chatId: 'c1', seq: 4, n: 2, senderId: 'ada', createdAt: '2026-03-01T10:00:00.000Z' }
test.each<[string, Entry, object]>([
  ['a message', message, { type: 'message', content: { type: 'text', text: 'hi' } }],
  [
    'a reply by a bot',
    {
      ...message,
      clientMessageId: 'm1',
      replyTo: 3,
      run: { runId: 'r1', promptSeq: 3, state: 'done' },
    },
    {
      type: 'message',
      clientMessageId: 'm1',
      content: { type: 'text', text: 'hi' },
      replyTo: 3,
      run: { runId: 'r1', promptSeq: 3, state: 'done' },
    },
  ],
  [
    'somebody added',
    {
      ...base,
      type: 'member',
      userId: 'bob',
      change: 'added',
      role: 'member',
      joined: START,
      memberCount: 2,
    },
    { type: 'member', userId: 'bob', change: 'added', role: 'member' },
  ],
  [
    'somebody gone',
    { ...base, type: 'member', userId: 'bob', change: 'left', joined: START, memberCount: 1 },
    { type: 'member', userId: 'bob', change: 'left' },
  ],
  [
    'a rename',
    { ...base, type: 'chat', change: 'renamed', name: 'Go' },
    { type: 'chat', change: 'renamed', name: 'Go' },
  ],
  [
    'a creation without a name',
    { ...base, type: 'chat', change: 'created' },
    { type: 'chat', change: 'created' },
  ],
  ['the end', { ...base, type: 'closed' }, { type: 'closed' }],
])('%s is shown as the contract has it, and nothing more', (_what, entry, expected) => {
  expect(renderEntry(entry)).toEqual({ ...SHOWN, ...expected })
})

test('fields without a value are left out, not null', () => {
  expect(JSON.parse(JSON.stringify(renderEntry(message)))).not.toHaveProperty('clientMessageId')
  expect(
    Object.keys(renderEntry({ ...base, type: 'chat', change: 'created', name: undefined })),
  ).not.toContain('name')
})

test('a message as it stands has its reactions', () => {
  expect(renderMessage(message)).toEqual({
    ...SHOWN,
    type: 'message',
    content: { type: 'text', text: 'hi' },
    reactions: {},
  })
})

test.each([
  ['nobody', undefined, undefined],
  ['somebody else', { userId: 'bob', role: 'user' }, undefined],
  ['its owner', { userId: 'ada', role: 'user' }, 'ada@example.org'],
  ['an admin', { userId: 'bob', role: 'admin' }, 'ada@example.org'],
] as const)('the address, seen by %s', (_who, viewer, email) => {
  expect(renderUser(ada, viewer)).toEqual({
    userId: 'ada',
    handle: 'ada',
    displayName: 'Ada',
    profile: { type: 'parent', childrenCount: 2 },
    role: 'user',
    createdAt: '2026-03-01T10:00:00.000Z',
    ...(email !== undefined && { email }),
  })
})

const mark = { seq: 9, n: 7, at: '2026-03-01T10:00:00.000Z' }
test.each<[string, object]>([
  ['a user', renderUser(ada, ada)],
  ['a receipt', renderReceipt({ ...PRIVATE, chatId: 'c1', userId: 'ada', delivered: mark, read: mark })],
  ['a member', renderMember({ ...PRIVATE, chatId: 'c1', userId: 'ada', role: 'owner', joined: mark })],
  [
    'a run',
    renderRun({
      ...PRIVATE,
      runId: 'r1',
      chatId: 'c1',
      botId: 'b1',
      promptSeq: 3,
      state: 'streaming',
      attempt: 2,
      text: 'Hel',
      createdAt: '2026-03-01T10:00:00.000Z',
    }),
  ],
])('%s shows nothing of the store', (_what, shown) => {
  const names = JSON.stringify(shown).matchAll(/"(\w+)":/g)
  const leaked = [...names].map(([, name]) => name!).filter((name) => PRIVATE_NAMES.includes(name))
  expect(leaked).toEqual([])
})

test('a run tells how many characters of it there are', () => {
  const run = {
    runId: 'r1',
    chatId: 'c1',
    botId: 'b1',
    promptSeq: 3,
    state: 'done',
    attempt: 1,
    fence: 1,
    leaseUntil: 0,
    text: 'Hello',
    replySeq: 4,
    usage: { promptTokens: 5, replyTokens: 1, firstTokenMs: 12, totalMs: 30 },
    createdAt: '2026-03-01T10:00:00.000Z',
  } as const
  expect(renderRun(run)).toEqual({
    runId: 'r1',
    botId: 'b1',
    promptSeq: 3,
    state: 'done',
    attempt: 1,
    index: 5,
    text: 'Hello',
    replySeq: 4,
    usage: { promptTokens: 5, replyTokens: 1, firstTokenMs: 12, totalMs: 30 },
  })
})
