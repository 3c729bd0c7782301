// infra/resource-types.json: of each type that the templates use, what they write and read of it, a line for each property.
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import {
  type ObjectShape,
  type Property,
  printLine,
  type ResourceType,
  readLine,
  type Shape,
} from './shape.ts'

export const LIST = 'infra/resource-types.json'

const list = z.record(
  z.string(),
  z.strictObject({
    version: z.string(),
    scopes: z.string(),
    /** `properties/sku/name`; in an array `rules[]`, under any name `tags/*`, in one of several shapes `criteria{name}`. */
    body: z.record(z.string(), z.string()),
  }),
)
export type List = z.infer<typeof list>

export const readList = (): List => list.parse(JSON.parse(readFileSync(LIST, 'utf8')))

/** What the list says of properties that are reached. */
export function listOf(
  reached: Map<string, Map<string, Property>>,
  typeOf: (target: string) => ResourceType | undefined,
): List {
  const types = [...reached].map(([target, properties]) => {
    const [type, version] = target.split('@')
    const lines = [...properties].map(([path, property]) => [path, printLine(property)])
    return [
      type,
      { version, scopes: typeOf(target)?.scopes.join(' '), body: Object.fromEntries(lines.sort()) },
    ]
  })
  return list.parse(Object.fromEntries(types.sort()))
}

/** Looks types up as the list has them. */
export function listedTypes(types: List): (target: string) => ResourceType | undefined {
  return (target) => {
    const [type, version] = target.split('@')
    const listed = types[type!]
    if (!listed || listed.version !== version) return undefined
    const lines = new Map(Object.entries({ '': 'object', ...listed.body }))
    return { scopes: listed.scopes.split(' '), body: propertyAt('', lines).shape }
  }
}

function propertyAt(path: string, lines: Map<string, string>): Property {
  const property = readLine(lines.get(path)!)
  return { ...property, shape: filled(property.shape, path, lines) }
}

function filled(shape: Shape, path: string, lines: Map<string, string>): Shape {
  const start = path === '' ? '' : `${path}/`
  if (shape.is === 'array' && lines.has(`${path}[]`))
    return { is: 'array', items: propertyAt(`${path}[]`, lines).shape }
  if (shape.is === 'object') {
    const names = [...lines.keys()]
      .filter(
        (each) => each !== '' && each.startsWith(start) && /^[^/[\]{}]+$/.test(each.slice(start.length)),
      )
      .map((each) => each.slice(start.length))
    return {
      is: 'object',
      properties: new Map(
        names.filter((name) => name !== '*').map((name) => [name, propertyAt(start + name, lines)]),
      ),
      ...(names.includes('*') && { others: propertyAt(`${start}*`, lines).shape }),
    }
  }
  if (shape.is !== 'choice') return shape
  const variants = [...lines.keys()].flatMap((each) => {
    const name = each.startsWith(`${path}{`) && /^\{([^}]+)\}$/.exec(each.slice(path.length))?.[1]
    return name ? [[name, propertyAt(each, lines).shape] as const] : []
  })
  return {
    ...shape,
    of: new Map(variants.filter((each): each is [string, ObjectShape] => each[1].is === 'object')),
  }
}
