// The host's management routes: its status, the list of functions, and firing one by hand.
// https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
import type { IncomingMessage, Server } from 'node:http'
import * as z from 'zod'
import type { Clock } from '../kit/clock.ts'
import type { Faults } from '../kit/faults.ts'
import { createHttpServer, type Operation, type Reply } from '../kit/http-server.ts'
import type { Log } from '../kit/log.ts'
import { clockRoute } from './clock-route.ts'
import type { HostedFunction } from './hosted-function.ts'
import { levelOf } from './keys/authorize.ts'
import { keyRoute } from './keys/key-routes.ts'
import type { KeyStore } from './keys/key-store.ts'
import { NotFireable } from './manual-input.ts'

export interface AdminParts {
  functions: HostedFunction[]
  /** Fires a function with the given input, without waiting for it to end. @throws NotFireable */
  fire(target: HostedFunction, input: string): void
  /** Absent when keys are not asked for. */
  keys: KeyStore | undefined
  clock: Clock
  faults: Faults
  log: Log
}

const fireRequest = z.object({ input: z.unknown() })

/** A server to hand requests for `/admin/…` and `/_emulator/…` to; it never listens itself. */
export function createAdmin(parts: AdminParts): Server {
  const started = Date.now()
  return createHttpServer({
    faults: parts.faults,
    log: parts.log,
    admin: (request) => clockRoute(parts.clock, request),
    route: (request) => route(parts, request, started),
    toError: (error) => {
      const bad = error instanceof NotFireable || error instanceof z.ZodError || error instanceof SyntaxError
      return json(bad ? 400 : 500, { message: error instanceof Error ? error.message : String(error) })
    },
  })
}

function route(parts: AdminParts, request: IncomingMessage, started: number): Operation {
  const path = new URL(request.url!, 'http://host').pathname.replace(/\/$/, '')
  const { method } = request
  if (path === '/admin/host/ping') return { name: 'admin.host.ping', run: () => json(200, {}) }
  if (parts.keys) {
    const level = levelOf(parts.keys, request)
    if (level !== 'admin') return refused(level === 'anonymous' ? 401 : 403)
    const ofKeys = keyRoute(parts.keys, method!, path)
    if (ofKeys) return ofKeys
  }
  const known = /^\/admin\/functions\/([^/]+)(\/status)?$/.exec(path)
  if (known) return functionRoute(parts, method, decodeURIComponent(known[1]!), known[2] !== undefined)
  if (path === '/admin/functions' && method === 'GET') {
    return { name: 'admin.functions.list', run: () => json(200, parts.functions.map(describe)) }
  }
  if (path === '/admin/host/status' && method === 'GET') {
    return {
      name: 'admin.host.status',
      run: () =>
        json(200, {
          id: `local-${process.pid}`,
          state: 'Running',
          version: process.version,
          processId: process.pid,
          processUptime: Date.now() - started,
        }),
    }
  }
  return {
    name: 'admin.unknown',
    run: () => json(501, { message: notImplemented(method, path) }),
  }
}

const refused = (status: 401 | 403): Operation => ({ name: 'admin.refused', run: () => ({ status }) })

const notImplemented = (method: string | undefined, path: string): string =>
  /\/(keys|functionkeys|systemkeys)(\/|$)/.test(path)
    ? 'This host does not ask for keys and keeps none: start it with --keys <dir>.'
    : `${method} ${path} is not implemented by this host.`

function functionRoute(
  parts: AdminParts,
  method: string | undefined,
  name: string,
  status: boolean,
): Operation {
  const found = parts.functions.find((one) => one.name.toLowerCase() === name.toLowerCase())
  return {
    name: method === 'POST' ? 'admin.functions.fire' : 'admin.functions.get',
    run(body): Reply {
      if (!found) return json(404, { message: `There is no function "${name}".` })
      const { refused } = found
      if (method === 'GET') {
        return json(200, status ? { errors: refused === undefined ? [] : [refused] } : describe(found))
      }
      if (method !== 'POST' || status) return json(405, { message: 'GET or POST.' })
      if (refused !== undefined) return json(501, { message: refused })
      const { input = '' } = body.length > 0 ? fireRequest.parse(JSON.parse(body.toString('utf8'))) : {}
      parts.fire(found, typeof input === 'string' ? input : JSON.stringify(input))
      return { status: 202 }
    },
  }
}

function describe({ name, disabled, url, target }: HostedFunction): Record<string, unknown> {
  const bindings = Object.entries(target.metadata.bindings).map(([key, binding]) => ({
    ...binding,
    name: key,
  }))
  return {
    name,
    language: 'node',
    isDisabled: disabled,
    ...(url !== undefined && { invoke_url_template: url }),
    config: { name, bindings, ...(target.metadata.retryOptions && { retry: target.metadata.retryOptions }) },
  }
}

function json(status: number, body: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
