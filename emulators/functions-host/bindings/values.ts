// What a function has given to an output, as the values and bytes a service takes.
import type { TypedData } from '../app/core-types.ts'

/** The values of one output: a JSON array is several, anything else is one. */
export function valuesOf(data: TypedData): unknown[] {
  if (data.json !== undefined) {
    const value: unknown = JSON.parse(data.json)
    return Array.isArray(value) ? value : [value]
  }
  return [data.string ?? data.bytes ?? data.int ?? data.double]
}

/** Text and bytes as they are, everything else as JSON. */
export const rawOf = (value: unknown): string | Uint8Array =>
  typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value)
