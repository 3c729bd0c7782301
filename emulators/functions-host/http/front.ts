// The host's public port: admin routes, CORS, routing, limits and faults before a function sees the request, and an
// ending for every request whatever the function did.
import { randomUUID } from 'node:crypto'
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Faults } from '../../kit/faults.ts'
import type { Log } from '../../kit/log.ts'
import type { HostConfig } from '../app/host-config.ts'
import type { Invoke } from '../app/invoke.ts'
import { levelOf, opens } from '../keys/authorize.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { answer } from './answer.ts'
import { limitBody, readLimited, TooLarge } from './body-limit.ts'
import { serveBuffered } from './buffered.ts'
import type { Cors } from './cors.ts'
import { befall } from './front-faults.ts'
import { createGate } from './gate.ts'
import { NoResponse } from './no-response.ts'
import type { Match } from './routes.ts'
import { INVOCATION_HEADER, serveStreamed } from './streamed.ts'
import { serveWebhook } from './webhooks.ts'

export interface Front {
  config: HostConfig['http']
  /** Largest request body in bytes. */
  bodyLimit: number
  cors: Cors
  find(method: string, path: string): Match | undefined
  /** The same for functions that are disabled: the master key alone runs them. */
  findDisabled(method: string, path: string): Match | undefined
  invoke: Invoke
  streamServer: Server | undefined
  /** Answers the clients of the app's tools, resources and prompts; absent when it has none. */
  mcp: ((request: Request) => Promise<Response>) | undefined
  /** Absent when keys are not asked for. */
  keys: KeyStore | undefined
  /** Answers `/admin/…` and `/_emulator/…`. */
  admin: Server
  faults: Faults
  log: Log
}

/** Keeps the library's header for the host to itself. */
class FrontResponse extends ServerResponse {
  override setHeader(name: string, value: number | string | readonly string[]): this {
    return name === INVOCATION_HEADER ? this : super.setHeader(name, value)
  }
}

/** The server for the app's HTTP functions, not yet listening. */
export function createFront(front: Front): Server {
  const gate = createGate(front.config.maxConcurrentRequests, front.config.maxOutstandingRequests)
  const customHeaders = Object.entries(front.config.customHeaders)
  const options = { IncomingMessage, ServerResponse: FrontResponse, keepAliveTimeout: 60_000 }
  return createServer(options, async (request, response) => {
    const url = request.url!
    if (url.startsWith('/admin/') || url.startsWith('/_emulator/')) {
      front.admin.emit('request', request, response)
      return
    }
    for (const [name, value] of customHeaders) response.setHeader(name, value)
    if (front.cors.apply(request, response)) return
    const end = url.indexOf('?')
    const path = end < 0 ? url : url.slice(0, end)
    if (path.startsWith('/runtime/')) return await serveWebhook(front, path, request, response)
    const enabled = front.find(request.method!, path)
    const match = enabled ?? (front.keys && front.findDisabled(request.method!, path))
    if (!match) return path === '/' ? home(response) : answer(response, 404)
    const { authLevel, target } = match.target
    if (front.keys) {
      const level = levelOf(front.keys, request, target.metadata.name)
      if (!opens(level, authLevel)) return answer(response, 401)
      if (!enabled && level !== 'admin') return answer(response, 404)
    }
    if (match.target.refused !== undefined) return answer(response, 501, match.target.refused)
    const entry = gate.enter()
    if (!(entry === true || (await entry))) return answer(response, 429)
    try {
      await serve(front, match, request, response)
    } finally {
      gate.leave()
    }
  })
}

function home(response: ServerResponse): void {
  const isOff = /^true$/i.test(process.env.AzureWebJobsDisableHomepage ?? '')
  answer(response, isOff ? 204 : 200, isOff ? '' : 'The functions host is up.')
}

async function serve(
  { faults, bodyLimit, streamServer, invoke, log }: Front,
  match: Match,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { name } = match.target.target.metadata
  const fault = await befall(faults, name, response)
  if (fault?.kind === 'drop') return void request.socket.destroy()
  if (fault?.kind === 'status') {
    for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value)
    return answer(response, fault.status, JSON.stringify(fault.body ?? 'Injected by a fault rule.'))
  }
  const invocationId = randomUUID()
  const origin = `http://${request.headers.host ?? 'localhost'}`
  let body: IncomingMessage = request
  try {
    if (streamServer) {
      body = limitBody(request, bodyLimit)
      await serveStreamed(invoke, streamServer, match, invocationId, body, origin, response)
    } else {
      const bytes = await readLimited(request, bodyLimit)
      await serveBuffered(invoke, match, invocationId, request, bytes, origin, response)
    }
  } catch (error) {
    if (error instanceof NoResponse) {
      log('error', 'no-response', { function: name, invocationId, message: error.message })
    }
    // Once the first byte is out, an error can only be told by cutting the connection.
    if (response.headersSent) return void response.socket?.destroySoon()
    const tooLarge = [error, body.errored].find((cause) => cause instanceof TooLarge)
    if (!tooLarge) return answer(response, 500)
    // The rest of the body is not read, so the connection cannot be used again.
    response.setHeader('connection', 'close')
    answer(response, 413, tooLarge.message)
  }
}
