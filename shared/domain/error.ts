// Every error the product answers with: one class, one table. Codes are API and never change their meaning.

export type Retry = 'never' | 'same-id' | 'later'

export const ERRORS = {
  'invalid-request': { title: 'The request is not valid', status: 400, retry: 'never' },
  unauthorized: { title: 'A valid access token is needed', status: 401, retry: 'never' },
  'bad-credentials': { title: 'Unknown login or wrong password', status: 401, retry: 'never' },
  'session-expired': { title: 'The session has ended; sign in again', status: 401, retry: 'never' },
  forbidden: { title: 'Not allowed', status: 403, retry: 'never' },
  blocked: { title: 'This person has blocked you', status: 403, retry: 'never' },
  'not-found': { title: 'Not found', status: 404, retry: 'never' },
  'chat-not-found': { title: 'No such chat', status: 404, retry: 'never' },
  'user-not-found': { title: 'No such user', status: 404, retry: 'never' },
  'unknown-command': { title: 'No such command', status: 404, retry: 'never' },
  'handle-taken': { title: 'The handle is taken', status: 409, retry: 'never' },
  'id-reused': { title: 'The id was used before with other content', status: 409, retry: 'never' },
  'message-deleted': { title: 'The message was deleted', status: 409, retry: 'never' },
  'limit-reached': { title: 'There is no room for more', status: 409, retry: 'never' },
  'chat-closed': { title: 'The chat has ended', status: 409, retry: 'never' },
  'attachment-missing': { title: 'The attachment is not uploaded yet', status: 409, retry: 'same-id' },
  'attachment-used': { title: 'The attachment belongs to another message', status: 409, retry: 'never' },
  'attachment-mismatch': {
    title: 'The attachment is not what it is said to be',
    status: 409,
    retry: 'never',
  },
  'chat-full': { title: 'The chat has as many members as it may have', status: 409, retry: 'never' },
  'too-large': { title: 'The request is too large', status: 413, retry: 'never' },
  'unsupported-type': { title: 'Files of this type are not taken', status: 415, retry: 'never' },
  'too-many-attempts': { title: 'Too many attempts; wait', status: 429, retry: 'later' },
  'quota-exceeded': { title: 'The tokens of the day are used up', status: 429, retry: 'later' },
  'rate-limited': { title: 'Too many requests; slow down', status: 429, retry: 'later' },
  internal: { title: 'Something went wrong', status: 500, retry: 'same-id' },
  busy: { title: 'Busy; try again', status: 503, retry: 'same-id' },
  unavailable: { title: 'A service we need is not answering', status: 503, retry: 'same-id' },
} as const satisfies Record<string, { title: string; status: number; retry: Retry }>

export type ErrorCode = keyof typeof ERRORS

export interface FieldError {
  path: string
  message: string
}

/** The one error that domain and services throw. `detail` is prose for a developer, never API. */
export class ChatError extends Error {
  readonly code: ErrorCode
  readonly detail: string
  readonly errors: readonly FieldError[] | undefined
  /** Seconds after which a `later` error is worth another try. */
  readonly retryAfter: number | undefined

  constructor(
    code: ErrorCode,
    detail: string,
    more: { cause?: unknown; errors?: FieldError[]; retryAfter?: number } = {},
  ) {
    super(`${code}: ${detail}`, { cause: more.cause })
    this.name = 'ChatError'
    this.code = code
    this.detail = detail
    this.errors = more.errors
    this.retryAfter = more.retryAfter
  }
}
