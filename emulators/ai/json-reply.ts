// Replies in JSON, for callers who ask for it: made after their schema, with the text of the prompt wherever a string goes.
import * as z from 'zod'
import { answer } from './answer.ts'
import { type Conversation, lastUserText } from './conversation.ts'

const DEEPEST = 6

/** JSON Schema as far as it says what a value looks like; Gemini writes its types in capitals. */
const shape = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  $ref: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
})

interface Source {
  root: unknown
  string: string
  number: number
}

/** The reply as a JSON text; without a schema an object that has the usual reply in it. */
export function jsonReply(conversation: Conversation, schema: unknown): string {
  if (schema === undefined) return JSON.stringify({ reply: answer(conversation) })
  const text = lastUserText(conversation)
  const quoted = /["“]([^"”]+)["”]/.exec(text)?.[1]
  const number = Number(/-?\d+(?:\.\d+)?/.exec(text)?.[0] ?? 1)
  return JSON.stringify(make(schema, { root: schema, string: quoted ?? text, number }, 0))
}

function make(schema: unknown, source: Source, depth: number): unknown {
  if (depth > 2 * DEEPEST) return null
  const { type, anyOf, oneOf = anyOf, $ref, properties, items, ...rest } = shape.catch({}).parse(schema)
  if ($ref !== undefined) return make(resolve($ref, source.root), source, depth + 1)
  if ('const' in rest) return rest.const
  if (rest.enum) return rest.enum[0]
  // What may be nothing is nothing where a schema that refers to itself would otherwise have no end.
  if (oneOf) return make(depth < DEEPEST ? oneOf[0] : oneOf.at(-1), source, depth)
  const [kind = properties ? 'object' : 'string'] = [type ?? []].flat()
  switch (kind.toLowerCase()) {
    case 'object':
      return Object.fromEntries(
        Object.entries(properties ?? {}).map(([name, one]) => [name, make(one, source, depth + 1)]),
      )
    case 'array':
      return depth < DEEPEST ? [make(items, source, depth + 1)] : []
    case 'number':
      return source.number
    case 'integer':
      return Math.trunc(source.number)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return source.string
  }
}

/** `#` and `#/$defs/Name`, as the SDKs write them. */
function resolve(ref: string, root: unknown): unknown {
  const path = ref.replace(/^#\/?/, '').split('/').filter(Boolean)
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], root)
}
