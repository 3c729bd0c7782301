// The shape that a parameter or an output declares: its type, and what its decorators allow.
import type { Node } from 'web-tree-sitter'
import { named, unquote } from './bicep.ts'
import { ANY, type Property, type Shape } from './shape.ts'

/** Of `param x string`, with its decorators. */
export function declaredShape(declaration: Node): Shape {
  const before = declaration.previousNamedSibling
  const decorators = before?.type === 'decorators' ? before.text : ''
  const number = (name: string) => new RegExp(`@${name}\\((-?\\d+)\\)`).exec(decorators)?.[1]
  const shape = shapeOf(named(declaration)[1]!)
  if (shape.is === 'int')
    return { ...shape, ...numbers('min', number('minValue'), 'max', number('maxValue')) }
  if (shape.is !== 'string') return shape
  const [, list] = /@allowed\(\[([^\]]*)\]/.exec(decorators) ?? []
  const allowed =
    list === undefined ? undefined : [...list.matchAll(/'[^']*'/g)].map(([text]) => unquote(text))
  return {
    ...shape,
    ...(allowed && { allowed }),
    ...numbers('min', number('minLength'), 'max', number('maxLength')),
  }
}

const numbers = (...pairs: [string, string | undefined, string, string | undefined]) => ({
  ...(pairs[1] && { [pairs[0]]: Number(pairs[1]) }),
  ...(pairs[3] && { [pairs[2]]: Number(pairs[3]) }),
})

function shapeOf(node: Node): Shape {
  const [first] = named(node)
  switch (node.type) {
    case 'type':
      return shapeOf(first!)
    case 'array_type':
      return { is: 'array', items: shapeOf(first!) }
    case 'object':
      return { is: 'object', properties: new Map(named(node).map(propertyOf)) }
    default:
      return ofName(node.text)
  }
}

function propertyOf(node: Node): [string, Property] {
  const [name, type] = named(node)
  const isOptional = type!.type === 'nullable_type'
  return [name!.text, { shape: shapeOf(isOptional ? named(type!)[0]! : type!), required: !isOptional }]
}

function ofName(name: string): Shape {
  if (name === 'string' || name === 'int' || name === 'bool') return { is: name }
  if (name === 'array') return { is: 'array', items: ANY }
  if (name === 'object') return { is: 'object', properties: new Map(), others: ANY }
  return ANY
}
