// What the server says, against the schemas of the documents: every example is described in full, and nothing else is.
import type * as z from 'zod'
import { attachmentOut } from '../../shared/protocol/answers/attachments.ts'
import { signedInOut } from '../../shared/protocol/answers/auth.ts'
import { entryOut, messageOut } from '../../shared/protocol/answers/entries.ts'
import { problemOut } from '../../shared/protocol/answers/problem.ts'
import { errorReplyOut, PUSHES, replyOut } from '../../shared/protocol/answers/pushes.ts'
import { chatOut, memberOut, receiptOut, runOut, userOut } from '../../shared/protocol/answers/things.ts'
import { loadEndpoints } from '../support/endpoints.ts'
import { type Example, readExamples } from './files.ts'

const endpoints = new Map((await loadEndpoints()).map((endpoint) => [endpoint.name, endpoint]))
const examples = readExamples('valid')

const THINGS: Record<string, z.ZodType> = {
  chat: chatOut,
  entry: entryOut,
  attachment: attachmentOut,
  member: memberOut,
  message: messageOut,
  problem: problemOut,
  receipt: receiptOut,
  run: runOut,
  'signed-in': signedInOut,
  user: userOut,
}

const pushes: Record<string, { schema: z.ZodType }> = PUSHES

/** The schema that describes an example of what the server says. */
function schemaOf({ frame, value }: Example): z.ZodType | undefined {
  if (frame === 'push') return pushes[(value as { type: string }).type]?.schema
  return THINGS[frame!]
}

test.each(examples.filter(({ frame }) => frame !== undefined))('$file: $name', (example) => {
  expect(schemaOf(example)?.parse(example.value)).toEqual(example.value)
})

test('every push has its example', () => {
  const shown = new Set(
    examples.flatMap(({ frame, value }) => (frame === 'push' ? [(value as { type: string }).type] : [])),
  )
  expect(Object.keys(pushes).filter((type) => !shown.has(type))).toEqual([])
})

const replies = examples.filter(({ file }) => file.startsWith('reply.'))

test.each(replies)('$file: $name', ({ value, expect: reply }) => {
  const { ok } = reply as { ok: boolean }
  const { answers = {} } = endpoints.get((value as { type: string }).type) ?? {}
  const result = answers[200] ?? answers[201]
  const schema = ok && result ? replyOut(result) : errorReplyOut
  const empty = Object.keys((reply as { result?: object }).result ?? {}).length === 0
  if (ok && (!result || (204 in answers && empty))) expect(reply).toMatchObject({ ok: true, result: {} })
  else expect(schema.parse(reply)).toEqual(reply)
})
