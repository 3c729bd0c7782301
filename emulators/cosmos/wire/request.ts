// One request as the operations see it: its resource named, its headers read.
import { badRequest, notImplemented } from './errors.ts'

export interface RawRequest {
  method: string
  /** Path and query. */
  url: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Buffer
}

export interface Resource {
  /** What the request is about: `docs` for both the feed and one document; empty for the account. */
  type: string
  /** Absent for a feed. */
  id?: string
  database?: string
  container?: string
  /** Of a permission. */
  user?: string
  /** What is done to a container, beside what the methods do. */
  action?: 'partitionkeydelete'
  /** What the signature covers. */
  link: string
}

/** What there is, by the kinds of resources on the way to it. */
const KINDS = new Set([
  'dbs',
  'dbs/colls',
  'dbs/colls/docs',
  'dbs/colls/pkranges',
  'dbs/colls/conflicts',
  'dbs/clientencryptionkeys',
  'dbs/users',
  'dbs/users/permissions',
  'offers',
])
const NOT_COVERED: Record<string, string> = {
  sprocs: 'stored procedures',
  triggers: 'triggers',
  udfs: 'user-defined functions',
  attachments: 'attachments',
}

/**
 * Takes apart `/dbs/{db}/colls/{container}/docs/{id}`.
 * @throws CosmosError 400 for a path that is none of the service's, 501 for kinds of resources that are not covered.
 */
export function parseResource(url: string): Resource {
  // Clients write an id as it is when nothing but a question mark is odd about it, and no document takes a query string.
  const path = /^\/dbs\/[^/?]+\/colls\/[^/?]+\/docs\/./.test(url) ? url : url.split('?', 1)[0]!
  let names: string[]
  try {
    names = path.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    throw badRequest('The request path is not URL-encoded.')
  }
  if (names.length === 0) return { type: '', link: '' }
  const feed = names.length % 2 === 1
  const type = names[feed ? names.length - 1 : names.length - 2]!
  if (NOT_COVERED[type]) throw notImplemented(NOT_COVERED[type])
  if (type === 'operations' && names.length === 6 && names[5] === 'partitionkeydelete') {
    const [, database, , container] = names as [string, string, string, string]
    return {
      type: 'colls',
      container,
      database,
      link: names.slice(0, 4).join('/'),
      action: 'partitionkeydelete',
    }
  }
  if (!KINDS.has(names.filter((_, i) => i % 2 === 0).join('/'))) {
    throw badRequest(`The request URL ${path} is invalid.`)
  }
  // An offer has no parent and is signed by its id alone, in lower case.
  const own = type === 'offers' && !feed ? names[1]!.toLowerCase() : names.join('/')
  const link = feed ? names.slice(0, -1).join('/') : own
  return {
    type,
    link,
    ...(!feed && { id: names.at(-1)! }),
    ...(type !== 'offers' && names.length > 1 && { database: names[1]! }),
    ...(names.length > 3 && { [names[2] === 'users' ? 'user' : 'container']: names[3]! }),
  }
}

/** A header's text; the first where it is repeated. */
export function header(request: RawRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

export const isTrue = (value: string | undefined) => value?.toLowerCase() === 'true'

/** @throws CosmosError 400 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw badRequest('The request has no body.')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw badRequest('The request body is not valid JSON.')
  }
}

/** Items per page: -1 leaves it to the service. @throws CosmosError 400 */
export function maxItemCount(request: RawRequest, fallback = 100): number {
  const text = header(request, 'x-ms-max-item-count')
  if (text === undefined) return fallback
  const count = Number(text)
  if (!Number.isInteger(count) || count === 0 || count < -1) throw badRequest(`Invalid page size '${text}'.`)
  return count === -1 ? 1000 : Math.min(count, 10_000)
}
