// Cosmos failures become the product's errors here and nowhere else.
import { ChatError } from '../domain/error.ts'

/** The HTTP status of a Cosmos error, or a socket error's name; undefined for anything else. */
export function statusOf(error: unknown): number | string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  const { code } = error
  return typeof code === 'number' || typeof code === 'string' ? code : undefined
}

/** What the service says beyond the status. */
export function subStatusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('substatus' in error)) return undefined
  return Number(error.substatus)
}

export function retryAfterOf(error: unknown): number {
  if (typeof error === 'object' && error !== null && 'retryAfterInMs' in error) {
    return Number(error.retryAfterInMs) || 100
  }
  return 100
}

/** Runs a Cosmos call; what it throws comes out as `busy` (429), `unavailable` (no answer, 5xx) or as it was. */
export async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw translate(error)
  }
}

function translate(error: unknown): unknown {
  const status = statusOf(error)
  if (status === 429) return new ChatError('busy', 'The database is at its limit.', { cause: error })
  if (!isOutage(error, status)) return error
  return new ChatError('unavailable', 'The database is not answering.', { cause: error })
}

/** No answer, half of one, or one of the service's own troubles. A fault of ours is none of these and stays what it is. */
function isOutage(error: unknown, status: number | string | undefined): boolean {
  if (typeof status === 'number') return status >= 500 || status === 408 || status === 449
  // Node marks wrong arguments and the like with ERR_; the network's own codes are ECONNRESET and its kin.
  if (typeof status === 'string') return !status.startsWith('ERR_')
  return (
    error instanceof Error && ['RestError', 'AbortError', 'TimeoutError', 'SyntaxError'].includes(error.name)
  )
}
