// Management of keys over HTTP: `/admin/functions/<name>/keys[/<key>]`, `/admin/host/{keys,functionkeys,systemkeys}[/<key>]`.
import * as z from 'zod'
import type { Operation, Reply } from '../../kit/http-server.ts'
import { type KeyScope, type KeyStore, newSecret, same } from './key-store.ts'

const MASTER = '_master'
const putRequest = z.looseObject({ value: z.string().min(1) })

/** The operation, for paths that are about keys. What it is asked wrongly ends as ZodError or SyntaxError. */
export function keyRoute(keys: KeyStore, method: string, path: string): Operation | undefined {
  const [, functionName, hostScope, keyName] =
    /^\/admin\/(?:functions\/([^/]+)\/keys|host\/(keys|functionkeys|systemkeys))(?:\/([^/]+))?$/.exec(path) ??
    []
  if (functionName === undefined && hostScope === undefined) return undefined
  const scope: KeyScope =
    functionName !== undefined
      ? { function: decodeURIComponent(functionName) }
      : hostScope === 'systemkeys'
        ? 'systemkeys'
        : 'functionkeys'
  const name = keyName === undefined ? undefined : decodeURIComponent(keyName)
  return {
    name: `admin.keys.${method.toLowerCase()}`,
    run(body, request) {
      const links = [{ rel: 'self', href: `http://${request.headers.host ?? 'localhost'}${path}` }]
      if (keys.list(scope) === undefined)
        return json(404, { message: `There is no function "${functionName}".` })
      if (name === undefined) {
        if (method !== 'GET') return json(405, { message: 'GET; a key is changed under its name.' })
        return json(200, {
          keys: keys.list(scope)!.map((one) => ({ name: one.name, value: one.value })),
          links,
        })
      }
      switch (method) {
        case 'GET': {
          const value = secretOf(keys, scope, name)
          return value === undefined ? unknown(name) : json(200, { name, value, links })
        }
        case 'POST':
          return change(keys, scope, name, newSecret(), links, 201)
        case 'PUT':
          return change(
            keys,
            scope,
            name,
            putRequest.parse(JSON.parse(body.toString('utf8'))).value,
            links,
            200,
          )
        case 'DELETE':
          if (name.startsWith('_')) return json(400, { message: 'Invalid key name.' })
          return keys.remove(scope, name) ? { status: 204 } : unknown(name)
        default:
          return json(405, { message: 'GET, POST, PUT or DELETE.' })
      }
    },
  }
}

const isMaster = (scope: KeyScope, name: string): boolean => typeof scope === 'string' && same(name, MASTER)

function secretOf(keys: KeyStore, scope: KeyScope, name: string): string | undefined {
  if (scope === 'systemkeys' && isMaster(scope, name)) return keys.master()
  return keys.list(scope)?.find((one) => same(one.name, name))?.value
}

/** The master key cannot be new; for it the answer says whether the value was made or given. */
function change(
  keys: KeyStore,
  scope: KeyScope,
  name: string,
  value: string,
  links: unknown,
  ofMaster: 200 | 201,
): Reply {
  if (isMaster(scope, name)) {
    keys.setMaster(value)
    return json(ofMaster, { name, value, links })
  }
  return json(keys.put(scope, name, value) ? 201 : 200, { name, value, links })
}

const unknown = (name: string): Reply => json(404, { message: `There is no key "${name}".` })

function json(status: number, body: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
