// Errors on the wire: one document for HTTP and for the socket. https://www.rfc-editor.org/rfc/rfc9457
import { ChatError, ERRORS, type ErrorCode, type FieldError, type Retry } from '../domain/error.ts'

export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: ErrorCode
  retry: Retry
  traceId: string
  errors?: readonly FieldError[]
  /** Seconds to wait: a reply over the socket has no header for it. */
  retryAfter?: number
}

export const PROBLEM_TYPE = 'application/problem+json'

/** What is thrown becomes what is shown. Anything that is not a ChatError is `internal`, its text for the log alone. */
export function toProblem(error: unknown, traceId: string): Problem {
  const known =
    error instanceof ChatError ? error : new ChatError('internal', 'Something went wrong on our side.')
  const { title, status, retry } = ERRORS[known.code]
  return {
    type: `urn:parley:error:${known.code}`,
    title,
    status,
    detail: known.detail,
    code: known.code,
    retry,
    traceId,
    ...(known.errors && { errors: known.errors }),
    ...(known.retryAfter !== undefined && { retryAfter: known.retryAfter }),
  }
}

/** Seconds for `Retry-After`; undefined unless waiting helps. */
export function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof ChatError)) return undefined
  if (error.retryAfter !== undefined) return error.retryAfter
  return ERRORS[error.code].retry === 'later' ? 1 : undefined
}
