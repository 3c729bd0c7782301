// Resource tokens: what a permission lets its holder do, signed with the master key, so that none need be kept.
// https://learn.microsoft.com/azure/cosmos-db/secure-access-to-data#resource-tokens
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { canonicalKey, parsePartitionKey } from '../items/partition-key.ts'
import { CosmosError } from './errors.ts'
import type { OperationName } from './operation.ts'
import { header, type RawRequest, type Resource } from './request.ts'

const grantPattern = z.object({
  database: z.string(),
  container: z.string(),
  /** Of a permission for one document. */
  item: z.string().optional(),
  /** Canonical text of the partition key it is limited to. */
  key: z.string().optional(),
  mode: z.enum(['Read', 'All']),
  /** Unix seconds. */
  until: z.number(),
})
export type Grant = z.output<typeof grantPattern>

const sign = (key: Buffer, payload: string) => createHmac('sha256', key).update(payload).digest()

export function makeToken(key: Buffer, grant: Grant): string {
  const payload = Buffer.from(JSON.stringify(grant)).toString('base64url')
  return `type=resource&ver=1&sig=${sign(key, payload).toString('base64url')};${payload};`
}

/** Whether the header holds a resource token, and not a key's signature or an Entra token. */
export const isResourceToken = (authorization: string) => /^type(=|%3d)resource/i.test(authorization)

const READS: OperationName[] = [
  'items.read',
  'items.query',
  'items.queryplan',
  'items.list',
  'items.changefeed',
]
/** What a client has to know of the container to do anything in it. */
const DEFINITIONS: OperationName[] = ['containers.read', 'ranges.read']

/** @throws CosmosError 401 for a token that is not ours, 403 for one that has expired or does not allow the operation. */
export function admitToken(
  key: Buffer,
  request: RawRequest,
  resource: Resource,
  operation: OperationName,
  now: number,
): void {
  const grant = readToken(key, header(request, 'authorization') ?? '')
  if (grant.until <= now) throw forbidden('Authorization token has expired.')
  if (operation === 'account.read') return
  if (!isAllowed(grant, request, resource, operation)) {
    throw forbidden('Insufficient permissions provided in the authorization header for the request.')
  }
}

function isAllowed(grant: Grant, request: RawRequest, resource: Resource, operation: OperationName): boolean {
  const container = resource.container ?? (resource.type === 'colls' ? resource.id : undefined)
  if (resource.database !== grant.database || container !== grant.container) return false
  if (DEFINITIONS.includes(operation)) return true
  if (grant.mode === 'Read' && !READS.includes(operation)) return false
  if (!operation.startsWith('items.')) return grant.item === undefined && grant.key === undefined
  if (grant.item !== undefined && grant.item !== resource.id) return false
  if (grant.key === undefined) return true
  const given = header(request, 'x-ms-documentdb-partitionkey')
  return given !== undefined && canonicalKey(parsePartitionKey(given)) === grant.key
}

function readToken(key: Buffer, authorization: string): Grant {
  const text = authorization.startsWith('type=') ? authorization : safeDecode(authorization)
  const [, signature, payload] = /sig=([\w-]+);([\w-]+);?$/.exec(text) ?? []
  const given = Buffer.from(signature ?? '', 'base64url')
  const expected = sign(key, payload ?? '')
  if (!payload || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new CosmosError(401, 'The input authorization token cannot serve the request.')
  }
  return grantPattern.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

const forbidden = (message: string) => new CosmosError(403, message)
