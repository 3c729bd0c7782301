// Which expressions are property paths of a document, and which are constants.
import type { Expression } from './ast.ts'

/** `c.a["b"]` as names; undefined for anything else. */
export function toPath(expression: Expression, root: string): string[] | undefined {
  if (expression.kind === 'name') return expression.name === root ? [] : undefined
  if (expression.kind !== 'member' || expression.property.kind !== 'literal') return undefined
  const { value } = expression.property
  const parent = typeof value === 'string' ? toPath(expression.object, root) : undefined
  return parent && [...parent, value as string]
}

/** A path to something inside of the document. */
export function properPath(expression: Expression, root: string): string[] | undefined {
  const path = toPath(expression, root)
  return path && path.length > 0 ? path : undefined
}

/** Whether the expression's value depends on parameters alone. */
export function isConstant(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
    case 'parameter':
      return true
    case 'unary':
      return isConstant(expression.operand)
    case 'binary':
      return isConstant(expression.left) && isConstant(expression.right)
    case 'array':
      return expression.items.every(isConstant)
    default:
      return false
  }
}
