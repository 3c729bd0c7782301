// Partition key values: read from the header, taken from a document, written as one canonical text.
// A value that is missing from a document is `undefined` here and `{}` on the wire.
import { badRequest } from '../wire/errors.ts'

export type KeyValue = string | number | boolean | null | undefined

/**
 * The values in an `x-ms-documentdb-partitionkey` header, a JSON array.
 * @throws CosmosError 400 when it is no array of scalars.
 */
export function parsePartitionKey(header: string): KeyValue[] {
  let values: unknown
  try {
    values = JSON.parse(header)
  } catch {
    throw badRequest('Partition key header is not valid JSON.')
  }
  if (!Array.isArray(values)) throw badRequest('Partition key header is not a JSON array.')
  return values.map(toKeyValue)
}

function toKeyValue(value: unknown): KeyValue {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return value
  }
  if (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0) return undefined
  throw badRequest('Partition key value must be a string, a number, a boolean, null or {}.')
}

/** The values of a document under the container's key paths. Objects and arrays count as missing. */
export function extractPartitionKey(document: unknown, paths: readonly string[][]): KeyValue[] {
  return paths.map((path) => {
    let value: unknown = document
    for (const name of path) value = isObject(value) ? value[name] : undefined
    return typeof value === 'object' && value !== null ? undefined : (value as KeyValue)
  })
}

/** One text per key; equal keys have equal texts, and a prefix of a hierarchical key is a prefix of the text. */
export function canonicalKey(values: readonly KeyValue[]): string {
  return JSON.stringify(values.map((value) => (value === undefined ? {} : value)))
}

/** Splits `/a/"b c"/d` into names. */
export function splitPath(path: string): string[] {
  const names: string[] = []
  for (const part of path.match(/\/(?:"(?:[^"\\]|\\.)*"|[^/]*)/g) ?? []) {
    const name = part.slice(1)
    names.push(name.startsWith('"') ? name.slice(1, -1) : name)
  }
  return names
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
