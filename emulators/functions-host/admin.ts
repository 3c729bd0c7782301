// The host's management routes: its status, the list of functions, and firing one by hand.
// https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { hostname } from 'node:os'
import * as z from 'zod'
import type { Clock } from '../kit/clock.ts'
import type { Faults } from '../kit/faults.ts'
import { createHttpServer, type Operation, type Reply } from '../kit/http-server.ts'
import type { Log } from '../kit/log.ts'
import { describe } from './admin-function.ts'
import { HOST_VERSION } from './app/core-api.ts'
import { clockRoute } from './clock-route.ts'
import type { HostedFunction } from './hosted-function.ts'
import { levelOf } from './keys/authorize.ts'
import { keyRoute } from './keys/key-routes.ts'
import type { KeyStore } from './keys/key-store.ts'
import { NotFireable } from './manual-input.ts'

export interface AdminParts {
  functions: HostedFunction[]
  /** The app's folder, and the id under which its hosts share what is in the storage. */
  folder: string
  hostId: string
  /** Fires a function with the given input, without waiting for it to end. @throws NotFireable */
  fire(target: HostedFunction, input: string): Promise<void>
  /** Absent when keys are not asked for. */
  keys: KeyStore | undefined
  clock: Clock
  faults: Faults
  log: Log
}

/** Of this process, for as long as it lives. */
const instanceId = randomUUID()

const fireRequest = z.object({ input: z.unknown().optional() })

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
  if (path === '/admin/host/ping')
    return {
      name: 'admin.host.ping',
      run: () => ({ status: 200, headers: { 'cache-control': 'no-store,no-cache' } }),
    }
  if (parts.keys) {
    const level = levelOf(parts.keys, request)
    if (level !== 'admin') return refused(level === 'anonymous' ? 401 : 403)
    const ofKeys = keyRoute(parts.keys, method!, path)
    if (ofKeys) return ofKeys
  }
  const known = /^\/admin\/functions\/([^/]+)(\/status)?$/.exec(path)
  if (known) return functionRoute(parts, method, decodeURIComponent(known[1]!), known[2] !== undefined)
  if (path === '/admin/functions' && method === 'GET') {
    return {
      name: 'admin.functions.list',
      run: (_body, asked) =>
        json(
          200,
          parts.functions.map((one) => describe(one, parts.folder, asked)),
        ),
    }
  }
  if (path === '/admin/host/status' && method === 'GET') {
    return {
      name: 'admin.host.status',
      run: () =>
        json(200, {
          id: parts.hostId,
          state: 'Running',
          version: HOST_VERSION,
          versionDetails: HOST_VERSION,
          instanceId: instanceId,
          computerName: hostname(),
          processUptime: Date.now() - started,
          functionAppContentEditingState: 'Unknown',
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
    async run(body, request): Promise<Reply> {
      if (!found) return json(404, { message: `There is no function "${name}".` })
      const { refused } = found
      if (method === 'GET') {
        return json(
          200,
          status
            ? { errors: refused === undefined ? [] : [refused] }
            : describe(found, parts.folder, request),
        )
      }
      if (method !== 'POST' || status) return json(405, { message: 'GET or POST.' })
      if (refused !== undefined) return json(501, { message: refused })
      if (body.length === 0) throw new NotFireable('A body is needed: {"input": …}.')
      const { input = '' } = fireRequest.parse(JSON.parse(body.toString('utf8')))
      await parts.fire(found, typeof input === 'string' ? input : JSON.stringify(input))
      return { status: 202 }
    },
  }
}

function json(status: number, body: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
