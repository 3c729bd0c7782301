// What this process itself writes to the monitored container, seen as it goes over the wire: so that a feed which is rarely
// polled is read soon after. Whatever client of the app's wrote it; what other processes write is found by polling.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Clock, Timer } from '../../../kit/clock.ts'

export interface OwnWrites {
  /** Aborted some time after the next write; take it before the read that may miss the write. */
  next(): AbortSignal
  close(): void
}

/** https://nodejs.org/api/diagnostics_channel.html#built-in-channels */
const CHANNEL = 'http.client.response.finish'

/** Watches for successful writes; signals at most every `afterMs`, and so long after a write. */
export function watchOwnWrites(
  endpoint: string,
  database: string,
  container: string,
  afterMs: number,
  clock: Clock,
): OwnWrites {
  const { host } = new URL(endpoint)
  const documents = `/dbs/${encodeURIComponent(database)}/colls/${encodeURIComponent(container)}/docs`
  let upcoming = new AbortController()
  let timer: Timer | undefined
  const signal = (): void => {
    timer = undefined
    const now = upcoming
    upcoming = new AbortController()
    now.abort()
  }
  const onAnswer = (message: unknown): void => {
    if (timer !== undefined) return
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage }
    if (request.method === 'GET' || !request.path.startsWith(documents)) return
    // A query is a POST to the same path.
    if (String(request.getHeader('content-type')).includes('query')) return
    if ((response.statusCode ?? 500) >= 300 || request.getHeader('host') !== host) return
    timer = clock.after(afterMs, signal)
  }
  subscribe(CHANNEL, onAnswer)
  return {
    next: () => upcoming.signal,
    close() {
      timer?.cancel()
      unsubscribe(CHANNEL, onAnswer)
    },
  }
}
