// Requests to event handlers over connections that stay open: latency of every client event depends on it.
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Clock } from '../../kit/clock.ts'

const HEADERS_TIMEOUT_MS = 100_000
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

export interface HttpRequest {
  method: 'OPTIONS' | 'GET' | 'POST'
  url: URL
  headers: Record<string, string>
  body?: Buffer
  /** Gives the request up. */
  signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** How often `ce-connectionState` was there: more than once is against the rules, and `headers` would join the values. */
  states: number
  body: Buffer
}

/** The handler gave no answer. Whether it may be asked again is in `retry`. */
export class NoAnswer extends Error {
  readonly retry: boolean

  constructor(message: string, retry: boolean, cause?: unknown) {
    super(message, { cause })
    this.name = 'NoAnswer'
    this.retry = retry
  }
}

export interface HttpClient {
  /** @throws NoAnswer when there is none within 100 s, it is too big, or the network failed. */
  request(request: HttpRequest): Promise<HttpAnswer>
  close(): void
}

export function createHttpClient(clock: Clock): HttpClient {
  const options = { keepAlive: true, maxSockets: 512, maxFreeSockets: 128 }
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) }

  const send = (request: HttpRequest): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      if (request.signal?.aborted) return reject(new NoAnswer('The request was given up.', false))
      const secure = request.url.protocol === 'https:'
      const agent = secure ? agents['https:'] : agents['http:']
      const outgoing = (secure ? httpsRequest : httpRequest)(request.url, {
        method: request.method,
        agent,
        headers: { ...request.headers, 'content-length': String(request.body?.length ?? 0) },
      })
      const timer = clock.after(HEADERS_TIMEOUT_MS, () =>
        outgoing.destroy(new NoAnswer('The event handler did not answer within 100 s.', false)),
      )
      const giveUp = (): unknown => outgoing.destroy(new NoAnswer('The request was given up.', false))
      request.signal?.addEventListener('abort', giveUp)
      outgoing.on('close', () => request.signal?.removeEventListener('abort', giveUp))
      outgoing.on('response', (response) => {
        timer.cancel()
        readAnswer(response).then(resolve, reject)
      })
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        timer.cancel()
        if (error instanceof NoAnswer) return reject(error)
        reject(new NoAnswer(`The event handler could not be reached: ${error.message}`, true, error))
      })
      outgoing.end(request.body)
    })

  return {
    request: send,
    close() {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES)
        throw new NoAnswer('The answer of the event handler exceeds 16 MiB.', false)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof NoAnswer) throw error
    throw new NoAnswer('The answer of the event handler broke off.', true, error)
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    states: response.headersDistinct['ce-connectionstate']?.length ?? 0,
    body: Buffer.concat(chunks),
  }
}
