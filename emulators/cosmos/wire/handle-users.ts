// Users, permissions, and the resource tokens that come with every permission.
import { z } from 'zod'
import { canonicalKey, parsePartitionKey } from '../items/partition-key.ts'
import { databaseRid } from '../storage/rid.ts'
import type { Permission, PermissionInput, User } from '../storage/users.ts'
import type { Call, Handler } from './call.ts'
import { badRequest, notFound } from './errors.ts'
import type { Answer } from './reply.ts'
import { header, parseJson } from './request.ts'
import { type Grant, makeToken } from './resource-token.ts'
import { search } from './search.ts'

const name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/\\#?]+$/)
const userPattern = z.object({ id: name })
const permissionPattern = z.object({
  id: name,
  permissionMode: z.string().regex(/^(read|all)$/i),
  resource: z.string(),
  resourcePartitionKey: z.array(z.unknown()).optional(),
})

const databaseOf = ({ service, resource }: Call) => service.catalog.database(resource.database!)
const userOf = (call: Call) =>
  call.service.users.find(databaseOf(call).number, call.resource.user ?? call.resource.id!)

function one(status: number, value: { _etag: string }): Answer {
  return { status, body: JSON.stringify(value), etag: value._etag }
}

function list(call: Call, kind: 'Users' | 'Permissions', found: unknown[]): Answer {
  const body = JSON.stringify({ _rid: databaseOf(call).rid, [kind]: found, _count: found.length })
  return { status: 200, body, headers: { 'x-ms-item-count': String(found.length) } }
}

function userResource(call: Call, { number, id, etag, ts }: User) {
  const { rid } = databaseOf(call)
  const own = databaseRid(number)
  return {
    id,
    _rid: own,
    _self: `dbs/${rid}/users/${own}/`,
    _etag: etag,
    _ts: ts,
    _permissions: 'permissions/',
  }
}

function parseUser({ request }: Call): string {
  const parsed = userPattern.safeParse(parseJson(request.body))
  if (!parsed.success) throw badRequest('The user id is missing or invalid.')
  return parsed.data.id
}

export const createUser: Handler = (call) =>
  one(201, userResource(call, call.service.users.create(databaseOf(call).number, parseUser(call))))

export const upsertUser: Handler = (call) => {
  const { number } = databaseOf(call)
  const id = parseUser(call)
  const { users } = call.service
  const known = users.list(number).find((user) => user.id === id)
  return known
    ? one(200, userResource(call, users.rename(known, id)))
    : one(201, userResource(call, users.create(number, id)))
}

export const readUser: Handler = (call) => one(200, userResource(call, userOf(call)))

export const replaceUser: Handler = (call) =>
  one(200, userResource(call, call.service.users.rename(userOf(call), parseUser(call))))

export const deleteUser: Handler = (call) => {
  call.service.users.delete(userOf(call))
  return { status: 204 }
}

const allUsers = (call: Call) =>
  call.service.users.list(databaseOf(call).number).map((user) => userResource(call, user))

export const listUsers: Handler = (call) => list(call, 'Users', allUsers(call))

export const queryUsers: Handler = (call) => list(call, 'Users', search(call, allUsers(call)))

function permissionResource(call: Call, { number, id, mode, resource, key, etag, ts }: Permission) {
  const own = databaseRid(number)
  const user = databaseRid(userOf(call).number)
  return {
    id,
    permissionMode: mode,
    resource,
    ...(key !== undefined && { resourcePartitionKey: JSON.parse(key) as unknown }),
    _rid: own,
    _self: `dbs/${databaseOf(call).rid}/users/${user}/permissions/${own}/`,
    _etag: etag,
    _ts: ts,
    _token: makeToken(call.service.masterKey, grantOf(call, { mode, resource, key })),
  }
}

const EXPIRY = 'x-ms-documentdb-expiry-seconds'

/** What the permission allows, its resource found by name or by resource id. @throws CosmosError 400, 404 */
function grantOf(call: Call, { mode, resource, key }: Pick<Permission, 'mode' | 'resource' | 'key'>): Grant {
  const [dbs, database, colls, container, docs, item] = resource.split('/').filter(Boolean).map(decode)
  if (
    dbs !== 'dbs' ||
    colls !== 'colls' ||
    !database ||
    !container ||
    (docs !== undefined && docs !== 'docs')
  ) {
    throw badRequest('A permission is for a container, "dbs/{id}/colls/{id}", or a document of one.')
  }
  const owner = databaseOf(call)
  if (database !== owner.id && database !== owner.rid)
    throw badRequest('The resource is of another database.')
  const collection = [...owner.collections.values()].find(
    (one) => one.id === container || one.rid === container,
  )
  if (!collection) throw notFound()
  const asked = header(call.request, EXPIRY)
  const seconds = asked === undefined ? 3600 : Number(asked)
  if (!(seconds >= 10 && seconds <= 18_000)) throw badRequest(`${EXPIRY} must be between 10 and 18000.`)
  // A document named by its resource id is one; of an id there may be one in every partition.
  const byRid = `SELECT id, pk FROM ${collection.table} WHERE json_extract(body, '$._rid') = ?`
  const row = item === undefined ? undefined : collection.prepare(byRid).get(item)
  return {
    database: owner.id,
    container: collection.id,
    mode: mode.toLowerCase() === 'all' ? 'All' : 'Read',
    until: Math.floor(call.service.clock() / 1000) + seconds,
    ...(item !== undefined && { item: row ? String(row.id) : item }),
    ...(row && { key: String(row.pk) }),
    ...(key !== undefined && { key: canonicalKey(parsePartitionKey(key)) }),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function parsePermission(call: Call): PermissionInput {
  const parsed = permissionPattern.safeParse(parseJson(call.request.body))
  if (!parsed.success) {
    throw badRequest('A permission needs "id", "permissionMode" (Read or All) and "resource".')
  }
  const { id, permissionMode: mode, resource, resourcePartitionKey } = parsed.data
  const input = { id, mode, resource, key: resourcePartitionKey && JSON.stringify(resourcePartitionKey) }
  grantOf(call, input)
  return input
}

export const createPermission: Handler = (call) => {
  const created = call.service.users.putPermission(userOf(call), parsePermission(call))
  return one(201, permissionResource(call, created))
}

export const upsertPermission: Handler = (call) => {
  const input = parsePermission(call)
  const known = call.service.users.permissions(userOf(call)).find(({ id }) => id === input.id)
  const put = call.service.users.putPermission(userOf(call), input, known)
  return one(known ? 200 : 201, permissionResource(call, put))
}

const permissionOf = (call: Call) => call.service.users.permission(userOf(call), call.resource.id!)

export const readPermission: Handler = (call) => one(200, permissionResource(call, permissionOf(call)))

export const replacePermission: Handler = (call) => {
  const replaced = call.service.users.putPermission(userOf(call), parsePermission(call), permissionOf(call))
  return one(200, permissionResource(call, replaced))
}

export const deletePermission: Handler = (call) => {
  call.service.users.deletePermission(permissionOf(call))
  return { status: 204 }
}

const allPermissions = (call: Call) =>
  call.service.users.permissions(userOf(call)).map((one) => permissionResource(call, one))

export const listPermissions: Handler = (call) => list(call, 'Permissions', allPermissions(call))

export const queryPermissions: Handler = (call) =>
  list(call, 'Permissions', search(call, allPermissions(call)))
