// The edge: unknown in, typed value or `invalid-request` with a path per fault out.
import type * as z from 'zod'
import { textBytes } from '../domain/budget.ts'
import { ChatError, type FieldError } from '../domain/error.ts'

/** Bodies and commands beyond this are refused unread. */
export const MAX_BODY_BYTES = 64 * 1024

/** @throws ChatError `invalid-request` with one error per fault */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  checkJson(input)
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap(toFieldErrors)
  const first = errors[0]
  const detail = first ? `${first.path || 'The request'}: ${first.message}` : 'The request is not valid.'
  throw new ChatError('invalid-request', detail, { errors })
}

/** As deep as nothing of ours is. The database takes 128 levels, and a parser what its stack takes. */
const MAX_DEPTH = 32

/**
 * Refuses what JSON can say and others cannot take: half a surrogate pair, which is no text in UTF-8, a name that is none
 * in JavaScript, and nesting without end. Level by level, so that depth costs no stack.
 */
function checkJson(json: unknown): void {
  let level = [{ path: '', name: '', value: json }]
  for (let depth = 0; level.length > 0; depth++) {
    for (const { path, name, value } of level) {
      if (depth > MAX_DEPTH) throw fault(path, `is nested deeper than ${MAX_DEPTH} levels`)
      if (name === '__proto__') throw fault(path, 'is not a known field')
      const texts = typeof value === 'string' ? [name, value] : [name]
      if (!texts.every((text) => text.isWellFormed()))
        throw fault(path.toWellFormed(), 'is not well-formed Unicode')
    }
    level = level.flatMap(({ path, value }) =>
      Object.entries(typeof value === 'object' && value !== null ? value : {}).map(([name, inner]) => ({
        ...{ path: path === '' ? name : `${path}.${name}`, name },
        value: inner as unknown,
      })),
    )
  }
}

const fault = (path: string, message: string): ChatError =>
  new ChatError('invalid-request', `${path} ${message}.`, { errors: [{ path, message }] })

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'is not a known field' }))
}

/** @throws ChatError `too-large` */
export function checkSize(text: string): void {
  if (textBytes(text) <= MAX_BODY_BYTES) return
  throw new ChatError('too-large', `The request is larger than ${MAX_BODY_BYTES} bytes.`)
}

/** @throws ChatError `invalid-request` when the text is not a JSON object */
export function parseJsonObject(text: string): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new ChatError('invalid-request', 'The body is not JSON.', { cause })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ChatError('invalid-request', 'The body is not a JSON object.')
  }
  return json as Record<string, unknown>
}
