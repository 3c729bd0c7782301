// An answer of the host's own, beside those of functions.
import type { ServerResponse } from 'node:http'

/** Ends the response with the status and, when there is one, a text. */
export function answer(response: ServerResponse, status: number, text = ''): void {
  response.statusCode = status
  if (text) response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.setHeader('content-length', Buffer.byteLength(text))
  response.end(text)
}
