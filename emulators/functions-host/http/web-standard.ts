// A request and its answer for a handler that speaks the web's own `Request` and `Response`.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** Answers with what the handler makes of the request; its signal is aborted when the client goes away. */
export async function answerWith(
  handler: (request: Request) => Promise<Response>,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value))
  const method = request.method!
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const answer = await handler(
    new Request(new URL(request.url!, `http://${request.headers.host ?? 'localhost'}`), {
      ...{ method, headers, signal: gone.signal },
      ...(hasBody && { body: new Uint8Array(body) }),
    }),
  )
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (!answer.body) return void response.end()
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response)
}
