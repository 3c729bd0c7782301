import { ChatError } from '../../../shared/domain/error.ts'
import { PROBLEM_TYPE, retryAfterOf, toProblem } from '../../../shared/protocol/problem.ts'

const INTERNAL = {
  type: 'urn:parley:error:internal',
  title: 'Something went wrong',
  status: 500,
  detail: 'Something went wrong on our side.',
  code: 'internal',
  retry: 'same-id',
  traceId: 't1',
}

test('an error is shown by its code, its table row and its own detail', () => {
  expect(toProblem(new ChatError('chat-not-found', 'There is no chat c9.'), 't1')).toEqual({
    type: 'urn:parley:error:chat-not-found',
    title: 'No such chat',
    status: 404,
    detail: 'There is no chat c9.',
    code: 'chat-not-found',
    retry: 'never',
    traceId: 't1',
  })
})

test('faults of the input are shown one by one', () => {
  const errors = [{ path: 'limit', message: 'Invalid input' }]
  const problem = toProblem(new ChatError('invalid-request', 'limit: Invalid input', { errors }), 't1')
  expect(problem.errors).toEqual([{ path: 'limit', message: 'Invalid input' }])
})

test('the cause of an error is for the log alone', () => {
  const cause = new Error('AccountKey=hunter2')
  const shown = JSON.stringify(
    toProblem(new ChatError('unavailable', 'The database is not answering.', { cause }), 't1'),
  )
  expect(shown).not.toContain('hunter2')
})

test.each([
  ['an Error', new Error('password=hunter2')],
  ['a TypeError', new TypeError('hunter2 is not a function')],
  ['a string', 'hunter2'],
  ['an object that looks like ours', { code: 'forbidden', detail: 'hunter2', status: 403 }],
  ['undefined', undefined],
  ['null', null],
])('%s thrown by surprise is internal and never shows its text', (_what, thrown) => {
  expect(toProblem(thrown, 't1')).toEqual(INTERNAL)
})

test('the media type is that of RFC 9457', () => {
  expect(PROBLEM_TYPE).toBe('application/problem+json')
})

test.each([
  ['an error that knows how long', new ChatError('too-many-attempts', 'Wait.', { retryAfter: 17 }), 17],
  ['a limit without a time', new ChatError('rate-limited', 'Slow down.'), 1],
  ['an error that is worth another try with the same id', new ChatError('busy', 'Busy.'), undefined],
  ['an error for ever', new ChatError('forbidden', 'No.'), undefined],
  ['a surprise', new Error('x'), undefined],
])('Retry-After for %s', (_what, error, expected) => {
  expect(retryAfterOf(error)).toBe(expected)
})
