// Partial document update. https://learn.microsoft.com/azure/cosmos-db/partial-document-update

import type { Row } from '../storage/store.ts'
import { badRequest } from '../wire/errors.ts'
import { isObject } from './partition-key.ts'

export interface PatchOperation {
  op: 'add' | 'set' | 'replace' | 'remove' | 'incr' | 'move'
  path: string[]
  from?: string[]
  value?: unknown
}

export interface PatchRequest {
  operations: PatchOperation[]
  /** The compiled `FROM c WHERE …`. */
  condition?: (document: Row) => boolean
}

const OPS = ['add', 'set', 'replace', 'remove', 'incr', 'move']
const SYSTEM = new Set(['id', '_rid', '_self', '_etag', '_attachments', '_ts', '_lsn'])

/**
 * A patch body: a bare array of operations, or `{operations, condition}`.
 * @throws CosmosError 400 when it is malformed or has more than 10 operations.
 */
export function parsePatch(
  body: unknown,
  compile: (condition: string) => (document: Row) => boolean,
): PatchRequest {
  const list = Array.isArray(body) ? body : isObject(body) ? body.operations : undefined
  if (!Array.isArray(list) || list.length === 0) throw badRequest('The patch request has no operations.')
  if (list.length > 10) throw badRequest("The number of patch operations can't exceed 10.")
  const condition = isObject(body) ? body.condition : undefined
  if (condition !== undefined && typeof condition !== 'string')
    throw badRequest('The patch condition is no text.')
  return {
    operations: list.map(parseOperation),
    ...(condition ? { condition: compile(condition) } : {}),
  }
}

function parseOperation(operation: unknown, index: number): PatchOperation {
  const fail = (why: string) => badRequest(`For Operation(${index + 1}): ${why}`)
  if (!isObject(operation) || typeof operation.op !== 'string' || typeof operation.path !== 'string') {
    throw fail('a patch operation needs "op" and "path".')
  }
  const op = operation.op === 'increment' ? 'incr' : operation.op
  if (!OPS.includes(op)) throw fail(`the operation type '${operation.op}' is not supported.`)
  if (op !== 'remove' && op !== 'move' && operation.value === undefined) throw fail('"value" is missing.')
  if (op === 'incr' && typeof operation.value !== 'number') throw fail('Increment needs a number.')
  if (op === 'move' && typeof operation.from !== 'string') throw fail('Move needs "from".')
  try {
    return {
      op: op as PatchOperation['op'],
      path: parsePointer(operation.path),
      ...(typeof operation.from === 'string' ? { from: parsePointer(operation.from) } : {}),
      ...('value' in operation ? { value: operation.value } : {}),
    }
  } catch {
    throw fail('the path is invalid; it must be a JSON pointer such as /a/b/0.')
  }
}

/** RFC 6901, without the pointer to the whole document. */
function parsePointer(text: string): string[] {
  if (!text.startsWith('/') || text.length < 2) throw new Error('not a pointer')
  return text
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/**
 * Applies the operations in order to the document, which is changed in place and returned.
 * @throws CosmosError 400 naming the operation that does not apply.
 */
export function applyPatch(document: Row, operations: PatchOperation[], keyPaths: readonly string[][]): Row {
  operations.forEach((operation, index) => {
    const fail = (why: string) => badRequest(`For Operation(${index + 1}): ${why}`)
    for (const path of [operation.path, operation.from]) {
      if (!path) continue
      if (SYSTEM.has(path[0]!)) throw fail(`Cannot patch the system property '${path[0]}'.`)
      if (keyPaths.some((key) => overlaps(key, path))) throw fail('Cannot patch a partition key property.')
    }
    apply(document, operation, fail)
  })
  return document
}

type Fail = (why: string) => Error

function apply(document: Row, { op, path, from, value }: PatchOperation, fail: Fail): void {
  if (op === 'move') {
    if (from!.length < path.length && from!.every((name, i) => name === path[i])) {
      throw fail("The 'path' attribute can't be a JSON child of the 'from' JSON location.")
    }
    const source = locate(document, from!, fail)
    const moved = read(source)
    if (moved === undefined) throw fail('Move Operation can only be performed from an existing path.')
    remove(source)
    write(locate(document, path, fail), moved, true, fail)
    return
  }
  const target = locate(document, path, fail)
  const current = read(target)
  switch (op) {
    case 'add':
      write(target, value, true, fail)
      break
    case 'set':
      write(target, value, false, fail)
      break
    case 'replace':
      if (current === undefined) throw fail('Replace Operation can only be performed on an existing path.')
      write(target, value, false, fail)
      break
    case 'remove':
      if (current === undefined) throw fail('Remove Operation can only be performed on an existing path.')
      remove(target)
      break
    case 'incr':
      if (current !== undefined && typeof current !== 'number') {
        throw fail('Increment Operation can only be performed on a number.')
      }
      write(target, (current ?? 0) + (value as number), current === undefined, fail)
  }
}

interface Target {
  parent: Row | unknown[]
  name: string
}

function locate(document: Row, path: string[], fail: Fail): Target {
  let parent: unknown = document
  for (const name of path.slice(0, -1)) {
    parent =
      isObject(parent) && Object.hasOwn(parent, name)
        ? parent[name]
        : Array.isArray(parent)
          ? parent[Number(name)]
          : undefined
    if (typeof parent !== 'object' || parent === null) {
      throw fail(
        `Add Operation only support adding a leaf node of an existing node(array or object), no path found beyond: '${name}'.`,
      )
    }
  }
  return { parent: parent as Row | unknown[], name: path.at(-1)! }
}

function read({ parent, name }: Target): unknown {
  if (!Array.isArray(parent)) return Object.hasOwn(parent, name) ? parent[name] : undefined
  return /^\d+$/.test(name) ? parent[Number(name)] : undefined
}

function remove({ parent, name }: Target): void {
  if (Array.isArray(parent)) parent.splice(Number(name), 1)
  else delete parent[name]
}

function write({ parent, name }: Target, value: unknown, inserts: boolean, fail: Fail): void {
  if (!Array.isArray(parent)) {
    Object.defineProperty(parent, name, { value, writable: true, enumerable: true, configurable: true })
    return
  }
  const index = name === '-' ? parent.length : /^\d+$/.test(name) ? Number(name) : Number.NaN
  if (!(index <= parent.length)) throw fail(`The array index '${name}' is out of range.`)
  if (inserts || index === parent.length) parent.splice(index, 0, value)
  else parent[index] = value
}

function overlaps(key: readonly string[], path: readonly string[]): boolean {
  const shared = Math.min(key.length, path.length)
  return key.slice(0, shared).every((name, i) => name === path[i])
}
