// The service's limits of size. https://learn.microsoft.com/azure/cosmos-db/concepts-limits
import { badRequest, CosmosError } from '../wire/errors.ts'

const MAX_ID_BYTES = 1023
const MAX_KEY_BYTES = 2048
/** An item with its system properties, a request, and the body of a batch. */
export const MAX_BYTES = 2 * 1024 * 1024
/** A page of a query, a list or the change feed; a single result may be larger. */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024
const MAX_QUERY_CHARACTERS = 262_144
const MAX_JOINS = 10
const MAX_TTL = 2_147_483_647

export const tooLarge = () => new CosmosError(413, 'Message: {"Errors":["Request size is too large"]}\r\n')

/** @throws CosmosError 400 */
export function checkId(id: string): void {
  if (/[/\\]/.test(id)) {
    throw badRequest(`The id '${id.slice(0, 50)}' contains illegal characters: '/' and '\\' cannot be used.`)
  }
  if (id.length > 341 && Buffer.byteLength(id) > MAX_ID_BYTES) {
    throw badRequest(
      `The input name '${id}' is invalid. Ensure to provide a unique non-empty string less than '${MAX_ID_BYTES + 1}' characters.`,
    )
  }
}

/** @throws CosmosError 400 */
export function checkTtl(ttl: unknown): void {
  if (ttl === undefined || ttl === -1) return
  if (Number.isInteger(ttl) && (ttl as number) > 0 && (ttl as number) <= MAX_TTL) return
  throw badRequest(
    `The input ttl '${String(ttl)}' is invalid. Ensure to provide a nonzero positive integer less than or equal to '${MAX_TTL}', or -1 which means never expire.`,
  )
}

/** Values of a partition key together. Of version 1 keys only the first hundred characters are hashed, which limits nothing. @throws CosmosError 400 */
export function checkKeySize(values: readonly unknown[]): void {
  let bytes = 0
  for (const value of values) if (typeof value === 'string') bytes += Buffer.byteLength(value)
  if (bytes > MAX_KEY_BYTES) {
    throw badRequest(
      `The size of the partition key value, ${bytes} bytes, exceeds the limit of ${MAX_KEY_BYTES} bytes.`,
    )
  }
}

/** @throws CosmosError 400 */
export function checkQuerySize(query: string): void {
  if (query.length > MAX_QUERY_CHARACTERS) {
    throw badRequest(`The SQL query text exceeded the maximum limit of ${MAX_QUERY_CHARACTERS} characters.`)
  }
}

/** @throws CosmosError 400 */
export function checkJoins(joins: number): void {
  if (joins > MAX_JOINS) {
    throw badRequest(`The query exceeded the maximum number of joins: the allowed limit is ${MAX_JOINS}.`)
  }
}
