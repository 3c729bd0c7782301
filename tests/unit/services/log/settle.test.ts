import type { StoredEntry } from '../../../../shared/domain/entry.ts'
import { ChatError } from '../../../../shared/domain/error.ts'
import {
  idReused,
  settleExpired,
  settleFound,
  settleRefused,
} from '../../../../shared/services/log/settle.ts'
import { pendingMessage, storedMessage } from '../../../support/pending.ts'

test('who is found in the log is answered with the first entry; the others stay open', () => {
  const [first, second] = [pendingMessage('ada', 'm1'), pendingMessage('ada', 'm2')]
  const stored = storedMessage(7, 'ada', 'm1')
  expect(settleFound([first, second], [storedMessage(6, 'bob', 'm1'), stored])).toEqual([second])
  expect(first.answer).toEqual({ resolved: { entry: stored, created: false } })
  expect(second.answer).toEqual({})
})

test('the same id of another sender is another id', () => {
  const pending = pendingMessage('ada', 'm1')
  expect(settleFound([pending], [storedMessage(6, 'bob', 'm1')])).toEqual([pending])
})

test('the id found with other content is refused as reused', () => {
  const pending = pendingMessage('ada', 'm1', 'something else')
  expect(settleFound([pending], [storedMessage(7, 'ada', 'm1')])).toEqual([])
  expect(pending.answer.rejected).toMatchObject({ code: 'id-reused' })
})

test('the id found on an entry of another type is refused as reused', () => {
  const pending = pendingMessage('ada', 'm1')
  const { chatId, seq, n, senderId, createdAt, dedupeKey, by } = storedMessage(7, 'ada', 'm1')
  const closed: StoredEntry = { type: 'closed', chatId, seq, n, senderId, createdAt, dedupeKey, by }
  settleFound([pending], [closed])
  expect(pending.answer.rejected).toMatchObject({ code: 'id-reused' })
})

test('a refused sender is answered alone', () => {
  const [ada, bob, again] = [
    pendingMessage('ada', 'm1'),
    pendingMessage('bob', 'm1'),
    pendingMessage('ada', 'm2'),
  ]
  const refusal = new ChatError('chat-not-found', 'There is no chat c1.')
  expect(settleRefused([ada, bob, again], 'ada', refusal)).toEqual([bob])
  expect([ada.answer.rejected, bob.answer, again.answer.rejected]).toEqual([refusal, {}, refusal])
})

test('at its deadline an append is given up, with the advice to repeat it under its id', () => {
  const [late, early] = [pendingMessage('ada', 'm1', 'x', 2_000), pendingMessage('ada', 'm2', 'x', 2_001)]
  expect(settleExpired([late, early], 1_999)).toEqual([late, early])
  expect(settleExpired([late, early], 2_000)).toEqual([early])
  expect(late.answer.rejected).toMatchObject({ code: 'busy' })
})

test('a reused id is named as the client knows it', () => {
  expect(idReused(pendingMessage('ada', 'm1').entry)).toMatchObject({
    code: 'id-reused',
    detail: 'The id m1 was used for another message.',
  })
})
