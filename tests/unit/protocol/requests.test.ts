import { parseInput } from '../../../shared/protocol/parse.ts'
import { loginRequest, refreshRequest, registerRequest } from '../../../shared/protocol/requests/auth.ts'
import { createChatRequest, listChatsRequest } from '../../../shared/protocol/requests/chats.ts'
import {
  listMessagesRequest,
  receiptRequest,
  sendMessageRequest,
} from '../../../shared/protocol/requests/messages.ts'
import { commandEnvelope, syncRequest } from '../../../shared/protocol/requests/socket.ts'
import { thrownBy } from '../../support/thrown.ts'

const text = (value: string) => ({ type: 'text', text: value })
const message = (over: object = {}) => ({ chatId: 'c', clientMessageId: 'm', content: text('x'), ...over })
const group = (over: object = {}) => ({ kind: 'group', name: 'G', ...over })
const person = (over: object = {}) => ({ handle: 'ada', password: 'p', ...over })
const ids = (count: number) => Array.from({ length: count }, (_, i) => `u${i}`)

test('a number may come as digits, because a query string has nothing else', () => {
  const page = parseInput(listMessagesRequest, { chatId: 'c', before: '12', after: '0', limit: '007' })
  expect(page).toEqual({ chatId: 'c', before: 12, after: 0, limit: 7 })
})

test('what a page leaves out has its usual size', () => {
  expect(parseInput(listChatsRequest, {})).toEqual({ limit: 50 })
  expect(parseInput(listMessagesRequest, { chatId: 'c' })).toEqual({ chatId: 'c', limit: 50 })
})

test.each([
  ['abc'],
  ['-1'],
  ['1.5'],
  ['1e2'],
  ['0x10'],
  [' 1'],
  [''],
  ['1234567890123456'],
  [1.5],
  [true],
  [null],
])('a limit of %p is no number', async (limit) => {
  const error = await thrownBy(() => parseInput(listChatsRequest, { limit }))
  expect(error.errors!.map(({ path }) => path)).toEqual(['limit'])
})

test.each([
  ['limit 1', listChatsRequest, { limit: 1 }],
  ['limit 100', listChatsRequest, { limit: '100' }],
  ['seq 1', receiptRequest, { chatId: 'c', seq: 1 }],
  ['seq 9,999,999,999', receiptRequest, { chatId: 'c', seq: 9_999_999_999 }],
  ['lastSeq 0', sendMessageRequest, message({ lastSeq: 0 })],
  ['a chatId of 64 characters', receiptRequest, { chatId: 'c'.repeat(64), seq: 1 }],
  ['a clientMessageId of 64 characters', sendMessageRequest, message({ clientMessageId: 'ü'.repeat(64) })],
  ['text of 8,000 characters', sendMessageRequest, message({ content: text('€'.repeat(8_000)) })],
  ['1,000 members beside the creator', createChatRequest, group({ members: ids(1_000) })],
  ['a name of 100 characters', createChatRequest, group({ name: 'n'.repeat(100) })],
  ['a handle of 32 characters', registerRequest, person({ handle: 'h'.repeat(32) })],
  ['no children', registerRequest, person({ profile: { type: 'parent', childrenCount: 0 } })],
  ['50 children', registerRequest, person({ profile: { type: 'parent', childrenCount: 50 } })],
  ['a command id of 64 characters', commandEnvelope, { id: 'i'.repeat(64), type: 't' }],
  ['a command id that is a number', commandEnvelope, { id: 7, type: 't' }],
])('%s passes', (_what, schema, input) => {
  expect(parseInput<unknown>(schema, input)).toBeDefined()
})

test.each([
  ['limit 0', listChatsRequest, { limit: 0 }, 'limit'],
  ['limit 101', listChatsRequest, { limit: '101' }, 'limit'],
  ['seq 0', receiptRequest, { chatId: 'c', seq: 0 }, 'seq'],
  ['seq 10,000,000,000', receiptRequest, { chatId: 'c', seq: 10_000_000_000 }, 'seq'],
  ['lastSeq -1', sendMessageRequest, message({ lastSeq: -1 }), 'lastSeq'],
  ['a chatId of 65 characters', receiptRequest, { chatId: 'c'.repeat(65), seq: 1 }, 'chatId'],
  ['a chatId with a slash', receiptRequest, { chatId: 'a/b', seq: 1 }, 'chatId'],
  ['an empty clientMessageId', sendMessageRequest, message({ clientMessageId: '' }), 'clientMessageId'],
  ['text of 8,001', sendMessageRequest, message({ content: text('x'.repeat(8_001)) }), 'content.text'],
  ['1,001 members beside the creator', createChatRequest, group({ members: ids(1_001) }), 'members'],
  ['a name of spaces', createChatRequest, group({ name: '   ' }), 'name'],
  ['a name of 101 characters', createChatRequest, group({ name: 'n'.repeat(101) }), 'name'],
  ['a direct chat with a name', createChatRequest, { kind: 'direct', userId: 'u', name: 'n' }, 'name'],
  ['a handle of 2 characters', registerRequest, person({ handle: 'ab' }), 'handle'],
  ['a handle with an @', registerRequest, person({ handle: 'ada@home' }), 'handle'],
  ['an address without @', registerRequest, person({ email: 'home' }), 'email'],
  ['a bot that registers', registerRequest, person({ profile: { type: 'bot' } }), 'profile.type'],
  [
    'half a child',
    registerRequest,
    person({ profile: { type: 'parent', childrenCount: 1.5 } }),
    'profile.childrenCount',
  ],
  ['a role of one’s own choice', registerRequest, person({ role: 'admin' }), 'role'],
  ['an empty login', loginRequest, { login: '', password: 'p' }, 'login'],
  ['a refresh token of 513 characters', refreshRequest, { refreshToken: 'x'.repeat(513) }, 'refreshToken'],
  ['an empty cursor', listChatsRequest, { cursor: '' }, 'cursor'],
  ['a seq of a chat that is no number', syncRequest, { chats: { c: 'x' } }, 'chats.c'],
  ['a chat id that is none', syncRequest, { chats: { 'a b': 1 } }, 'chats.a b'],
  ['a command without a type', commandEnvelope, { id: '1' }, 'type'],
  ['an empty command id', commandEnvelope, { id: '', type: 't' }, 'id'],
])('%s is refused at its path', async (_what, schema, input, path) => {
  const error = await thrownBy(() => parseInput<unknown>(schema, input))
  expect(error.code).toBe('invalid-request')
  expect(error.errors!.map((fault) => fault.path)).toEqual([path])
})

test('a name is kept without the space around it, a text as it was typed', () => {
  expect(parseInput(createChatRequest, group({ name: ' Chess ' }))).toEqual({ kind: 'group', name: 'Chess' })
  expect(parseInput(sendMessageRequest, message({ content: text(' x ') }))).toMatchObject({
    content: { text: ' x ' },
  })
})

test('a command keeps what its use case will read', () => {
  expect(parseInput(commandEnvelope, { id: 1, type: 'me.get', chatId: 'c' })).toEqual({
    id: 1,
    type: 'me.get',
    chatId: 'c',
  })
})
