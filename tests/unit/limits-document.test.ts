// docs/limits.md against the code: each number is that of the constant it names or, where it names none, of what is refused.
import { existsSync, readFileSync } from 'node:fs'
import type * as z from 'zod'
import { ERRORS } from '../../shared/domain/error.ts'
import { createAttachmentRequest } from '../../shared/protocol/requests/attachments.ts'
import { registerRequest } from '../../shared/protocol/requests/auth.ts'
import {
  addMembersRequest,
  createChatRequest,
  listChatsRequest,
  listMembersRequest,
} from '../../shared/protocol/requests/chats.ts'
import {
  listMessagesRequest,
  readLogRequest,
  searchRequest,
  sendMessageRequest,
} from '../../shared/protocol/requests/messages.ts'
import { presenceRequest, reportRequest, updateMeRequest } from '../../shared/protocol/requests/users.ts'
import { checkPassword } from '../../shared/services/auth/password.ts'

const [ours = ''] = readFileSync('docs/limits.md', 'utf8').split('## What Azure sets')
const rows = ours
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| what |'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, what = '', most = '', where = '', beyond = '']) => ({ what, most, where, beyond }))

const UNITS: Record<string, number> = { KiB: 1024, MiB: 1024 ** 2, minutes: 60, hours: 3_600, days: 86_400 }

/** A limit as it is written: bytes, seconds, or a plain number. */
function written(most: string): number {
  const [, number = '', unit = ''] = /^([\d,]+) ?(\w*)/.exec(most) ?? []
  return Number(number.replaceAll(',', '')) * (UNITS[unit] ?? 1)
}

const MB = 1024 ** 2

/** What the constant says, in the same units; a product of numbers is all it may be. */
function coded(path: string, name: string): number | undefined {
  const source = readFileSync(path, 'utf8')
  const constant = new RegExp(
    `(?:const ${name} =|\\b${name}:.*\\.default\\(|^ +${name}:) ?(\\d[\\d_* MB]*)`,
    'm',
  )
  const factors = constant.exec(source)?.[1]?.split('*') ?? ['NaN']
  const value = factors
    .map((factor) => (factor.trim() === 'MB' ? MB : Number(factor.replaceAll('_', ''))))
    .reduce((product, factor) => product * factor, 1)
  if (name.endsWith('_MS')) return value / 1_000
  return name.endsWith('_MINUTES') ? value * 60 : value
}

const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success
const x = (length: number): string => 'x'.repeat(length)
const ids = (length: number): string[] => Array.from({ length }, (_, i) => `u${i}`)
const pages = [listMessagesRequest, readLogRequest]

/** Whether so much is taken, of what no constant says. */
const PROBES: Record<string, (n: number) => boolean> = {
  'id chosen by the client': (n) =>
    accepts(sendMessageRequest, {
      chatId: 'c1',
      clientMessageId: x(n),
      content: { type: 'text', text: 'hi' },
    }),
  'name of a chat': (n) => accepts(createChatRequest, { kind: 'group', name: x(n) }),
  'people let into a group by one request': (n) =>
    accepts(addMembersRequest, { chatId: 'c1', userIds: ids(n) }),
  'display name': (n) => accepts(updateMeRequest, { displayName: x(n) }),
  handle: (n) => accepts(registerRequest, { handle: x(n), password: 'x' }),
  password: (n) => {
    try {
      checkPassword(x(n))
      return true
    } catch {
      return false
    }
  },
  'name of a file': (n) =>
    accepts(createAttachmentRequest, { chatId: 'c1', name: x(n), contentType: 'text/plain', size: 1 }),
  'people asked for in `presence.get`': (n) => accepts(presenceRequest, { userIds: ids(n) }),
  'text of a report': (n) => accepts(reportRequest, { reason: 'spam', userId: 'u1', text: x(n) }),
  'page of messages, entries, chats': (limit) =>
    pages.every((schema) => accepts(schema, { chatId: 'c1', limit })) && accepts(listChatsRequest, { limit }),
  'page of members': (limit) => accepts(listMembersRequest, { chatId: 'c1', limit }),
  'page of a search': (limit) => accepts(searchRequest, { q: 'x', limit }),
}

test('every limit has its number, its place and a known error', () => {
  expect(rows.length).toBeGreaterThan(40)
  const lost = rows.filter(({ most, where, beyond }) => {
    const path = /\]\(\.\.\/([\w./-]+)\)/.exec(where)?.[1] ?? ''
    const code = beyond === '–' ? 'internal' : beyond.slice(1, -1)
    return !existsSync(path) || !(code in ERRORS) || !(written(most) > 0)
  })
  expect(lost).toEqual([])
})

test.each(rows)('$what: $most', ({ what, most, where }) => {
  const [, name, path = ''] = /^(?:`(\w+)` in )?\[.*\]\(\.\.\/(.*)\)$/.exec(where) ?? []
  if (name !== undefined) return expect(coded(path, name)).toBe(written(most))
  const probe = PROBES[what]!
  expect([probe(written(most)), probe(written(most) + 1)]).toEqual([true, false])
})
