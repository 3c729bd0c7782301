// Reads the published definitions of resource types, from a clone of the repository that the Bicep compiler takes them from.
import { execFileSync } from 'node:child_process'
import * as z from 'zod'
import { ANY, type ObjectShape, type Property, type ResourceType, type Shape } from './shape.ts'

const reference = z.object({ $ref: z.string() }).transform(({ $ref }) => Number($ref.split('/').pop()))
const properties = z.record(z.string(), z.object({ type: reference, flags: z.number() }))
const definition = z.discriminatedUnion('$type', [
  z.object({
    $type: z.literal('StringType'),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    pattern: z.string().optional(),
  }),
  z.object({ $type: z.literal('StringLiteralType'), value: z.string() }),
  z.object({
    $type: z.literal('IntegerType'),
    minValue: z.number().optional(),
    maxValue: z.number().optional(),
  }),
  z.object({
    $type: z.literal(['BooleanType', 'AnyType', 'NullType', 'BuiltInType', 'ResourceFunctionType']),
  }),
  z.object({ $type: z.literal('UnionType'), elements: z.array(reference) }),
  z.object({ $type: z.literal('ArrayType'), itemType: reference }),
  z.object({ $type: z.literal('ObjectType'), properties, additionalProperties: reference.optional() }),
  z.object({
    $type: z.literal('DiscriminatedObjectType'),
    discriminator: z.string(),
    baseProperties: properties,
    elements: z.record(z.string(), reference),
  }),
  z.object({
    $type: z.literal('ResourceType'),
    name: z.string(),
    body: reference,
    readableScopes: z.number(),
    writableScopes: z.number(),
  }),
])
type Definition = z.infer<typeof definition>

const SCOPES = ['tenant', 'managementGroup', 'subscription', 'resourceGroup', 'extension']
const REQUIRED = 1
const READ_ONLY = 2
const WRITE_ONLY = 4

/** Looks types up (`Microsoft.KeyVault/vaults@2024-11-01`); what is not published is undefined. */
export function publishedTypes(clone: string): (target: string) => ResourceType | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', clone, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  const paths = git('ls-tree', '-r', '--name-only', 'HEAD', 'generated').split('\n')
  const files = new Map<string, Definition[]>()
  const read = (path: string): Definition[] => {
    const known = files.get(path) ?? z.array(definition).parse(JSON.parse(git('show', `HEAD:${path}`)))
    files.set(path, known)
    return known
  }
  return (target) => {
    const [type, version] = target.split('@')
    const tail = `/${type!.split('/')[0]!.toLowerCase()}/${version}/types.json`
    for (const path of paths.filter((each) => each.endsWith(tail))) {
      const found = typeIn(read(path), target)
      if (found) return found
    }
    return undefined
  }
}

function typeIn(definitions: Definition[], target: string): ResourceType | undefined {
  for (const each of definitions) {
    if (each.$type !== 'ResourceType' || each.name.toLowerCase() !== target.toLowerCase()) continue
    const scopes = SCOPES.filter((_, bit) => each.writableScopes & (1 << bit))
    return { scopes, body: shapesOf(definitions)(each.body) }
  }
  return undefined
}

/** Definitions refer to each other, in circles too: what a shape holds is looked up when it is asked for. */
function shapesOf(definitions: Definition[]): (index: number) => Shape {
  const known = new Map<number, Shape>()
  const at = (index: number): Shape => {
    const shape = known.get(index) ?? make(definitions[index]!)
    known.set(index, shape)
    return shape
  }
  const held = (properties: z.infer<(typeof definition.options)[6]['shape']['properties']>) =>
    new Map(
      Object.entries(properties).map(([name, { type, flags }]): [string, Property] => [
        name,
        {
          ...(flags & REQUIRED && { required: true }),
          ...(flags & READ_ONLY && { only: 'read' }),
          ...(flags & WRITE_ONLY && { only: 'write' }),
          get shape() {
            return at(type)
          },
        },
      ]),
    )
  const make = (each: Definition): Shape => {
    switch (each.$type) {
      case 'BooleanType':
        return { is: 'bool' }
      case 'IntegerType':
        return { is: 'int', ...present({ min: each.minValue, max: each.maxValue }) }
      case 'StringType':
        return {
          is: 'string',
          ...present({ min: each.minLength, max: each.maxLength, pattern: each.pattern }),
        }
      case 'StringLiteralType':
        return { is: 'string', allowed: [each.value] }
      case 'UnionType':
        return { is: 'string', allowed: each.elements.flatMap((index) => literal(definitions[index]!)) }
      case 'ArrayType':
        return {
          is: 'array',
          get items() {
            return at(each.itemType)
          },
        }
      case 'ObjectType':
        return {
          is: 'object',
          properties: held(each.properties),
          get others() {
            return each.additionalProperties === undefined ? undefined : at(each.additionalProperties)
          },
        }
      case 'DiscriminatedObjectType': {
        const variants = Object.entries(each.elements).map(([name, index]): [string, ObjectShape] => {
          const own = at(index)
          if (own.is !== 'object') throw new Error(`${name} is no object`)
          return [name, { ...own, properties: new Map([...held(each.baseProperties), ...own.properties]) }]
        })
        return { is: 'choice', by: each.discriminator, of: new Map(variants) }
      }
      default:
        return ANY
    }
  }
  return at
}

const literal = (each: Definition): string[] => (each.$type === 'StringLiteralType' ? [each.value] : [])

const present = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
