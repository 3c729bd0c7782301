// What a resource type takes: its shape, and the line of text in which the checked-in list keeps one property of it.

export type Shape = AnyShape | TextShape | NumberShape | ListShape | ObjectShape | ChoiceShape

interface AnyShape {
  is: 'any' | 'bool'
}

export interface TextShape {
  is: 'string'
  /** The values that are published. Services may know more; what is not here counts as a slip of the pen. */
  allowed?: string[]
  min?: number
  max?: number
  pattern?: string
}

interface NumberShape {
  is: 'int'
  min?: number
  max?: number
}

interface ListShape {
  is: 'array'
  readonly items: Shape
}

export interface ObjectShape {
  is: 'object'
  properties: Map<string, Property>
  /** What stands under names that the type does not fix, such as tags. */
  readonly others?: Shape | undefined
}

/** Objects of several shapes; a property tells which. */
interface ChoiceShape {
  is: 'choice'
  by: string
  of: Map<string, ObjectShape>
}

export interface Property {
  readonly shape: Shape
  required?: boolean
  /** Can be read and not set; or set and not read. */
  only?: 'read' | 'write'
}

/** A resource type at a version. */
export interface ResourceType {
  scopes: string[]
  body: Shape
}

export const ANY: Shape = { is: 'any' }

const LINE =
  /^(required )?(?:(read|write)-only )?(any|bool|int|string|array|object|choice by \S+)(?: (-?\d*)\.\.(-?\d*))?(?: \/(.*)\/)?(?:: (.+))?$/

/** `required string 3..24 /^[a-z]+$/`, `string: A | B`: what the list says of a property, but for what is in it. */
export function printLine({ shape, required, only }: Property): string {
  const flag = `${required ? 'required ' : ''}${only ? `${only}-only ` : ''}`
  if (shape.is === 'choice') return `${flag}choice by ${shape.by}`
  if (shape.is !== 'string' && shape.is !== 'int') return `${flag}${shape.is}`
  const { min, max } = shape
  const range = min === undefined && max === undefined ? '' : ` ${min ?? ''}..${max ?? ''}`
  const pattern = shape.is === 'string' && shape.pattern ? ` /${shape.pattern}/` : ''
  const allowed = shape.is === 'string' && shape.allowed ? `: ${shape.allowed.join(' | ')}` : ''
  return `${flag}${shape.is}${range}${pattern}${allowed}`
}

/** @throws Error where the line is none of {@link printLine}. */
export function readLine(line: string): Property {
  const found = LINE.exec(line)
  if (!found) throw new Error(`Not a line of the list of resource types: ${line}`)
  const [, required, only, kind, min, max, pattern, allowed] = found
  return {
    shape: empty(kind!, {
      ...limits(min, max),
      ...(pattern && { pattern }),
      ...(allowed && { allowed: allowed.split(' | ') }),
    }),
    ...(required && { required: true }),
    ...((only === 'read' || only === 'write') && { only }),
  }
}

const limits = (min?: string, max?: string) => ({
  ...(min && { min: Number(min) }),
  ...(max && { max: Number(max) }),
})

function empty(kind: string, rest: Omit<TextShape, 'is'>): Shape {
  if (kind.startsWith('choice by ')) return { is: 'choice', by: kind.slice(10), of: new Map() }
  if (kind === 'object') return { is: 'object', properties: new Map() }
  if (kind === 'array') return { is: 'array', items: ANY }
  if (kind === 'string' || kind === 'int') return { is: kind, ...rest }
  return { is: kind === 'bool' ? 'bool' : 'any' }
}
