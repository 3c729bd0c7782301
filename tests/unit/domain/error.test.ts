import { ChatError, ERRORS } from '../../../shared/domain/error.ts'

// Codes are API: a code that changes its status or its advice breaks clients, so the table is written out once more.
const CONTRACT: Record<string, [status: number, retry: string]> = {
  'invalid-request': [400, 'never'],
  unauthorized: [401, 'never'],
  'bad-credentials': [401, 'never'],
  'session-expired': [401, 'never'],
  forbidden: [403, 'never'],
  'not-found': [404, 'never'],
  'chat-not-found': [404, 'never'],
  'user-not-found': [404, 'never'],
  'unknown-command': [404, 'never'],
  'handle-taken': [409, 'never'],
  'id-reused': [409, 'never'],
  'chat-closed': [409, 'never'],
  'attachment-missing': [409, 'same-id'],
  'attachment-used': [409, 'never'],
  'attachment-mismatch': [409, 'never'],
  'too-large': [413, 'never'],
  'unsupported-type': [415, 'never'],
  'too-many-attempts': [429, 'later'],
  'rate-limited': [429, 'later'],
  internal: [500, 'same-id'],
  busy: [503, 'same-id'],
  unavailable: [503, 'same-id'],
}

test.each(Object.entries(CONTRACT))('%s keeps its status and its advice', (code, [status, retry]) => {
  expect(ERRORS).toHaveProperty([code, 'status'], status)
  expect(ERRORS).toHaveProperty([code, 'retry'], retry)
})

test('every code, new ones too, has a title, an error status and an advice that a client knows', () => {
  const odd = Object.entries(ERRORS).filter(
    ([code, { title, status, retry }]) =>
      !/^[a-z]+(-[a-z]+)*$/.test(code) ||
      title.length === 0 ||
      status < 400 ||
      status > 599 ||
      !['never', 'same-id', 'later'].includes(retry),
  )
  expect(odd).toEqual([])
})

test('waiting is advised exactly where the status is 429', () => {
  const later = Object.entries(ERRORS).filter(([, { retry }]) => retry === 'later')
  const limited = Object.entries(ERRORS).filter(([, { status }]) => status === 429)
  expect(later).toEqual(limited)
})

test('an error keeps its code, its prose, its cause and its faults apart', () => {
  const cause = new Error('socket hang up')
  const error = new ChatError('busy', 'Try again.', {
    cause,
    errors: [{ path: 'a', message: 'b' }],
    retryAfter: 3,
  })
  expect(error).toMatchObject({
    name: 'ChatError',
    code: 'busy',
    detail: 'Try again.',
    message: 'busy: Try again.',
    errors: [{ path: 'a', message: 'b' }],
    retryAfter: 3,
  })
  expect(error.cause).toBe(cause)
})
