// VectorDistance: how near two vectors are, and which end of that order is the near one.
// https://learn.microsoft.com/azure/cosmos-db/nosql/query/vectordistance
import type { Expression } from './ast.ts'
import type { Environment, Evaluate } from './compiled.ts'
import { type Distance, toDistance } from './distances.ts'
import { isObject } from './values.ts'

type Call = Extract<Expression, { kind: 'call' }>

export const isVectorDistance = (expression: Expression | undefined): expression is Call =>
  expression?.kind === 'call' && expression.name === 'VECTORDISTANCE'

export function vectorDistance(call: Call, args: Evaluate[]): Evaluate {
  return (env) => measure(distanceOf(call, args, env), args[0]!(env), args[1]!(env))
}

/** The measure that the call names, or else the container's policy for the path, or else the cosine. */
export function distanceOf({ args: written }: Call, args: Evaluate[], env: Environment): Distance {
  const options = args[3]?.(env)
  const named = isObject(options) ? toDistance(options.distanceFunction) : undefined
  if (named) return named
  for (const argument of written.slice(0, 2)) {
    const known = env.embeddings?.get(pathText(argument))
    if (known) return known
  }
  return 'cosine'
}

/** Cosine and dot product are the larger the nearer two vectors are. */
export const isNearestFirstDescending = (distance: Distance) => distance !== 'euclidean'

function measure(distance: Distance, a: unknown, b: unknown): number | undefined {
  if (!isVector(a) || !isVector(b) || a.length !== b.length || a.length === 0) return undefined
  if (distance === 'euclidean') return Math.hypot(...a.map((x, i) => x - b[i]!))
  const product = dot(a, b)
  if (distance === 'dotproduct') return product
  const norms = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b))
  return norms === 0 ? 0 : product / norms
}

const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'number')

/** `c.a.b` as `/a/b`; of anything else, no path. */
function pathText(expression: Expression): string {
  if (expression.kind !== 'member' || expression.property.kind !== 'literal') return ''
  return `${pathText(expression.object)}/${expression.property.value}`
}
