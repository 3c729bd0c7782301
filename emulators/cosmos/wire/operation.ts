// Names the operation a request asks for. Fault rules and statistics go by these names.
import { header, isTrue, type RawRequest, type Resource } from './request.ts'

export const OPERATIONS = [
  'account.read',
  'databases.create',
  'databases.read',
  'databases.list',
  'databases.query',
  'databases.delete',
  'containers.create',
  'containers.read',
  'containers.list',
  'containers.query',
  'containers.replace',
  'containers.delete',
  'ranges.read',
  'conflicts.read',
  'conflicts.list',
  'conflicts.query',
  'offers.read',
  'offers.list',
  'offers.query',
  'offers.replace',
  'users.create',
  'users.upsert',
  'users.read',
  'users.list',
  'users.query',
  'users.replace',
  'users.delete',
  'permissions.create',
  'permissions.upsert',
  'permissions.read',
  'permissions.list',
  'permissions.query',
  'permissions.replace',
  'permissions.delete',
  'clientkeys.create',
  'clientkeys.read',
  'clientkeys.list',
  'clientkeys.query',
  'clientkeys.replace',
  'items.create',
  'items.upsert',
  'items.read',
  'items.replace',
  'items.patch',
  'items.delete',
  'items.batch',
  'items.bulk',
  'items.query',
  'items.queryplan',
  'items.list',
  'items.changefeed',
  'items.deletekey',
  'unknown',
] as const
export type OperationName = (typeof OPERATIONS)[number]

const KINDS: Record<string, string> = {
  dbs: 'databases',
  colls: 'containers',
  docs: 'items',
  offers: 'offers',
  users: 'users',
  clientencryptionkeys: 'clientkeys',
  permissions: 'permissions',
  conflicts: 'conflicts',
}
const VERBS: Record<string, string> = {
  GET: 'read',
  POST: 'create',
  PUT: 'replace',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** The operation's name, from the method, the kind of resource and the headers that change what a POST means. */
export function nameOperation(request: RawRequest, resource: Resource): OperationName {
  if (resource.type === '') return 'account.read'
  if (resource.type === 'pkranges') return 'ranges.read'
  if (resource.action) return request.method === 'POST' ? 'items.deletekey' : 'unknown'
  const name = `${KINDS[resource.type]}.${verb(request, resource)}`
  return OPERATIONS.find((known) => known === name) ?? 'unknown'
}

function verb(request: RawRequest, { type, id }: Resource): string {
  const is = (name: string) => isTrue(header(request, name))
  if (request.method === 'POST' && id === undefined) {
    if (is('x-ms-cosmos-is-query-plan-request')) return 'queryplan'
    if (is('x-ms-documentdb-isquery')) return 'query'
    if (header(request, 'content-type')?.startsWith('application/query+json')) return 'query'
    if (is('x-ms-cosmos-is-batch-request')) return is('x-ms-cosmos-batch-atomic') ? 'batch' : 'bulk'
    if (is('x-ms-documentdb-is-upsert')) return 'upsert'
  }
  if (request.method === 'GET' && id === undefined) {
    return type === 'docs' && header(request, 'a-im') !== undefined ? 'changefeed' : 'list'
  }
  // Only creating, listing and querying are asked of a feed; everything else is asked of one resource.
  const asksFeed = request.method === 'POST'
  return asksFeed === (id === undefined) ? (VERBS[request.method] ?? 'unknown') : 'unknown'
}
