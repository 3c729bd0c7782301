// HTTP with streaming: the library's own server gets the raw request and answers it, chunk by chunk, while the invocation
// runs beside it; the two find each other by the invocation id.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { NamedData, TypedData } from '../app/core-types.ts'
import type { Invoke } from '../app/invoke.ts'
import { NoResponse } from './no-response.ts'
import type { Match } from './routes.ts'

/** Set by the library on its answers, for the host only. */
export const INVOCATION_HEADER = 'x-ms-invocation-id'

/** Runs the function for a request. Rejects when the invocation fails, or ends without a response. */
export async function serveStreamed(
  invoke: Invoke,
  server: Server,
  { target, params }: Match,
  invocationId: string,
  request: IncomingMessage,
  origin: string,
  response: ServerResponse,
): Promise<void> {
  const headers = request.headers
  const triggerMetadata: Record<string, TypedData> = { Headers: { json: JSON.stringify(headers) } }
  const query = request.url!.indexOf('?')
  if (query >= 0) {
    const entries = Object.fromEntries(new URLSearchParams(request.url!.slice(query + 1)))
    triggerMetadata.Query = { json: JSON.stringify(entries) }
  }
  for (const name in params) triggerMetadata[name] = { string: params[name]! }
  const inputData: NamedData[] = [{ name: target.binding, data: { http: {} } }]
  const traceParent = headers.traceparent as string | undefined

  headers[INVOCATION_HEADER] = invocationId
  const scheme = origin.indexOf('://')
  headers['x-forwarded-proto'] = origin.slice(0, scheme)
  headers['x-forwarded-host'] = origin.slice(scheme + 3)
  server.emit('request', request, response)
  await invoke(target.target, { invocationId, inputData, triggerMetadata, traceParent })
  if (!response.writableEnded && !response.headersSent) throw new NoResponse()
}
