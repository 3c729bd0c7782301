// What clients get: each file is turned into what the store would hold, and rendered back.
import { renderSignedIn } from '../../functions/http/render-signed-in.ts'
import type { MessageEntry, Reactions } from '../../shared/domain/entry.ts'
import { ChatError, ERRORS, type ErrorCode } from '../../shared/domain/error.ts'
import { type Problem, toProblem } from '../../shared/protocol/problem.ts'
import {
  renderEntry,
  renderMember,
  renderMessage,
  renderReceipt,
  renderRun,
  renderUser,
} from '../../shared/protocol/render.ts'
import { renderAttachment } from '../../shared/protocol/render-attachment.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { readExamples } from './files.ts'
import { chatView, mediaMessage, storedEntry, storedMember, storedReceipt, storedRun } from './stored.ts'

const files = readExamples('valid').filter(({ frame }) => frame !== undefined && frame !== 'push')
const PRIVATE = { passwordHash: '$argon2id$…', _etag: '"1"', secret: 'hunter2' }

type Wire<T extends (value: never) => unknown> = ReturnType<T>
type WireUser = ReturnType<typeof renderUser>

const storedUser = (wire: WireUser) => ({ email: 'hidden@example.org', ...wire, ...PRIVATE })

const RENDERERS: Record<string, (wire: never) => unknown> = {
  entry: (wire: object) => renderEntry(storedEntry(wire)),
  message: ({ reactions, ...wire }: { reactions: Reactions }) =>
    renderMessage({
      ...(storedEntry(wire) as MessageEntry),
      ...(Object.keys(reactions).length > 0 && { reactions }),
    }),
  chat: (wire: Wire<typeof renderChat>) => renderChat(chatView(wire, 'ada')),
  user: (wire: WireUser) =>
    renderUser(storedUser(wire), { userId: 'email' in wire ? wire.userId : 'zoe', role: 'user' }),
  receipt: (wire: Wire<typeof renderReceipt>) => renderReceipt(storedReceipt(wire, 'c1')),
  member: (wire: Wire<typeof renderMember>) => renderMember(storedMember(wire)),
  attachment: (wire: Wire<typeof renderAttachment>) => renderAttachment(mediaMessage(wire)),
  run: (wire: Wire<typeof renderRun>) => renderRun(storedRun(wire)),
  'signed-in': (wire: Wire<typeof renderSignedIn>) =>
    renderSignedIn({ ...wire, user: storedUser(wire.user), ...PRIVATE }),
  problem: ({ code, detail, traceId, errors }: Problem) =>
    toProblem(new ChatError(code, detail, { ...(errors && { errors: [...errors] }) }), traceId),
}

test('every kind of thing that is shown is among the files', () => {
  expect([...new Set(files.map(({ frame }) => frame!))].sort()).toEqual(Object.keys(RENDERERS).sort())
})

test('every error code is among the files', () => {
  const shown = files
    .filter(({ frame }) => frame === 'problem')
    .map(({ value }) => (value as { code: ErrorCode }).code)
  expect(shown.sort()).toEqual(Object.keys(ERRORS).sort())
})

test.each(files)('$file: $name', ({ frame, value }) => {
  const shown = RENDERERS[frame!]!(value as never)
  // Over JSON, as on the wire: a field that is undefined is no field.
  expect(JSON.parse(JSON.stringify(shown))).toEqual(value)
})
