// Binding expressions: `{name}` in a binding stands for what the trigger has brought, `%NAME%` for an app setting.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns
import { randomUUID } from 'node:crypto'
import type { TypedData } from '../app/core-types.ts'
import type { Invocation } from '../app/invocation.ts'
import { resolveSettings } from '../app/settings.ts'

/** What expressions may name: members in lower case, values as the trigger gave them. */
export type BindingData = ReadonlyMap<string, unknown>

/** The names an invocation brings: its trigger's metadata, members of a JSON payload, and parts of a request. */
export function bindingData({ inputData, triggerMetadata = {} }: Invocation): BindingData {
  const data = new Map<string, unknown>()
  const add = (members: unknown): void => {
    if (typeof members !== 'object' || members === null || Array.isArray(members)) return
    for (const [name, value] of Object.entries(members)) data.set(name.toLowerCase(), value)
  }
  const payload = inputData[0]?.data
  const http = payload?.http
  add(http?.body ? parsed(textOf(http.body)) : parsed(textOf(payload)))
  const members: Record<string, unknown> = {
    ...(http?.nullableQuery && { Query: texts(http.nullableQuery) }),
    ...(http?.nullableHeaders && { Headers: texts(http.nullableHeaders) }),
    ...texts(http?.nullableParams),
  }
  for (const [name, value] of Object.entries(triggerMetadata)) members[name] = contentOf(value)
  // A parameter of the route wins over one of the query by the same name.
  if (http) add(members.Query)
  add(members)
  return data
}

/**
 * The text of a binding's member with its expressions filled in.
 * @throws Error naming the parameter that the trigger did not bring, or the app setting that is missing.
 */
export function resolveExpressions(text: string, data: BindingData): string {
  return resolveSettings(text).replaceAll(/\{([^{}]+)\}/g, (_all, name: string) => {
    const value = lookUp(name, data)
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

/** The value behind the name of an expression. @throws Error when there is none. */
export function lookUp(name: string, data: BindingData): unknown {
  const lower = name.trim().toLowerCase()
  if (lower === 'rand-guid' || lower === 'sys.randguid') return randomUUID()
  if (lower === 'datetime' || lower === 'sys.utcnow') {
    return new Date().toISOString().replace(/\.\d+/, '').replaceAll(':', '-')
  }
  let value: unknown = data
  for (const part of lower.split('.')) value = member(value, part)
  if (value !== undefined && value !== null) return value
  throw new Error(`No value for named parameter '${name}'.`)
}

function member(of: unknown, lower: string): unknown {
  if (of instanceof Map) return of.get(lower)
  if (typeof of !== 'object' || of === null) return undefined
  return Object.entries(of).find(([name]) => name.toLowerCase() === lower)?.[1]
}

const texts = (values: Record<string, { value: string }> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]))

function contentOf(data: TypedData): unknown {
  return data.json === undefined ? (data.string ?? data.int ?? data.double) : JSON.parse(data.json)
}

function textOf(data: TypedData | undefined): string | undefined {
  return data?.string ?? data?.json ?? (data?.bytes && Buffer.from(data.bytes).toString('utf8'))
}

function parsed(text: string | undefined): unknown {
  if (text === undefined || !text.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
