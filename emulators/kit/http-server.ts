// The HTTP side that every emulator shares: read the body, name the operation, apply faults, write the answer.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { createFaults, type Fault, type FaultRule, type Faults } from './faults.ts'
import type { Log } from './log.ts'

export interface Reply {
  status: number
  headers?: Record<string, string>
  /** A stream is sent chunk by chunk as it comes. */
  body?: string | Buffer | AsyncIterable<string | Buffer>
}

export interface Operation {
  /** The name fault rules match, for example `items.create`. */
  name: string
  /** The response is there to see whether the caller has gone, or to cut it off; it is never written to. */
  run(body: Buffer, request: IncomingMessage, response: ServerResponse): Reply | Promise<Reply>
}

export interface HttpService {
  /** Finds the operation a request asks for; called before the body is read. */
  route(request: IncomingMessage): Operation
  /** The service's own error shape for whatever an operation throws. */
  toError(error: unknown): Reply
  /** Further routes under `/_emulator/`; no fault rule touches them. */
  admin?(request: IncomingMessage): Operation | undefined
  faults?: Faults
  log?: Log
  /** With a certificate the server speaks HTTPS; the key and the certificate are PEM. */
  tls?: { key: string; cert: string }
}

/** A server for the service, not yet listening. `/_emulator/faults` (GET, POST, DELETE) and `/_emulator/ready` are built in. */
export function createHttpServer(service: HttpService): Server {
  const faults = service.faults ?? createFaults()
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    void handle(service, faults, request, response).catch((error) => {
      service.log?.('error', 'unhandled', { message: String(error), url: request.url })
      response.destroy()
    })
  }
  const server = service.tls ? createTlsServer(service.tls, onRequest) : createServer(onRequest)
  server.keepAliveTimeout = 60_000
  return server
}

async function handle(
  service: HttpService,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = performance.now()
  const isAdmin = request.url?.startsWith('/_emulator/') ?? false
  const operation = isAdmin ? (service.admin?.(request) ?? admin(request, faults)) : service.route(request)
  const body = await readBody(request)
  const fault = isAdmin ? undefined : faults.take(operation.name)
  // A caller that leaves is not waited for: the operation goes on, as it would behind a slow network.
  if (fault?.kind === 'delay') await waitWhileOpen(fault.ms, request)
  if (fault?.kind === 'drop') return void request.socket.destroy()
  let reply: Reply
  if (fault?.kind === 'status') reply = statusReply(fault)
  else {
    try {
      reply = await operation.run(body, request, response)
    } catch (error) {
      reply = service.toError(error)
    }
  }
  if (fault?.kind === 'lose-answer') return void request.socket.destroy()
  await send(response, reply, fault?.kind === 'half-answer')
  service.log?.('debug', operation.name, {
    status: reply.status,
    ms: Math.round((performance.now() - started) * 10) / 10,
  })
}

async function waitWhileOpen(ms: number, { socket }: IncomingMessage): Promise<void> {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  socket.once('close', leave)
  await delay(ms, undefined, { signal: gone.signal }).catch(() => undefined)
  socket.off('close', leave)
}

/** Reads a request body whole. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

async function send(response: ServerResponse, reply: Reply, half: boolean): Promise<void> {
  if (response.destroyed) return
  const { body } = reply
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
    const bytes = body === undefined ? undefined : typeof body === 'string' ? Buffer.from(body) : body
    response.writeHead(reply.status, {
      ...reply.headers,
      ...(bytes && { 'content-length': String(bytes.length) }),
    })
    if (!half || !bytes) return void response.end(bytes)
    response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy())
    return
  }
  response.writeHead(reply.status, reply.headers)
  for await (const chunk of body) {
    if (response.destroyed) return
    if (half) return void response.write(chunk, () => response.destroy())
    if (!response.write(chunk)) await drained(response)
  }
  if (!response.destroyed) response.end()
}

/** Resolves when a slow reader has caught up, or has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

function statusReply(fault: Extract<Fault, { kind: 'status' }>): Reply {
  const body = fault.body ?? { code: String(fault.status), message: 'Injected by a fault rule.' }
  return {
    status: fault.status,
    headers: { 'content-type': 'application/json', ...fault.headers },
    body: JSON.stringify(body),
  }
}

function admin(request: IncomingMessage, faults: Faults): Operation {
  const json = (status: number, body: unknown): Reply => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return {
    name: '_emulator',
    run(body) {
      if (request.url === '/_emulator/ready') return json(200, { ready: true })
      if (request.url !== '/_emulator/faults') return json(404, { message: 'No such admin route.' })
      if (request.method === 'DELETE') faults.clear()
      if (request.method === 'POST') {
        const rule = parseRule(body)
        if (rule === undefined) return json(400, { message: 'A fault rule is {"operation": …, "fault": …}.' })
        faults.add(rule)
      }
      return json(200, { rules: faults.list() })
    },
  }
}

function parseRule(body: Buffer): FaultRule | undefined {
  try {
    return rulePattern.parse(JSON.parse(body.toString('utf8')))
  } catch {
    return undefined
  }
}

const rulePattern = z.strictObject({
  operation: z.string().min(1),
  fault: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('delay'), ms: z.number().nonnegative() }),
    z.strictObject({ kind: z.literal('drop') }),
    z.strictObject({
      kind: z.literal('status'),
      status: z.int().min(100).max(599),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
    }),
    z.strictObject({ kind: z.literal('lose-answer') }),
    z.strictObject({ kind: z.literal('half-answer') }),
    z.strictObject({ kind: z.literal('kill'), step: z.string().optional() }),
  ]),
  count: z.int().positive().optional(),
  skip: z.int().nonnegative().optional(),
  probability: z.number().min(0).max(1).optional(),
})
