// ORDER BY RANK: which texts are scored for which terms. What the parser left of it is taken apart here once per query text.
import { searchTexts } from '../text/words.ts'
import { badRequest } from '../wire/errors.ts'
import type { Expression, Query } from './ast.ts'
import { compileConstant } from './compile.ts'
import { compileExpression } from './compile-expression.ts'
import type { Environment, Evaluate } from './compiled.ts'
import type { Distance } from './distances.ts'
import { isConstant, toPath } from './paths.ts'
import { distanceOf, isNearestFirstDescending, isVectorDistance } from './vectors.ts'

export type Score = TextScore | VectorScore

export interface TextScore {
  kind: 'text'
  path: string[]
  /** The path and the terms as they stand in the query. */
  text: Expression
  terms: Expression[]
  /** Gives the terms: strings, or lists of them. */
  evaluate: Evaluate
  weight: number
  /** What a client that merges ranges has found out about all of them: documents, words, hits of each term. */
  given?: [documents: Evaluate, words: Evaluate, hits: Evaluate]
}

/** Only ever a part of RRF. */
export interface VectorScore {
  kind: 'vector'
  /** The call as it stands in the query. */
  text: Expression
  distance(env: Environment): Distance
  /** The larger the nearer, minus infinity where there is no vector. */
  evaluate(env: Environment): number
  weight: number
}

export const isText = (score: Score): score is TextScore => score.kind === 'text'

/** The scores a query is ordered by; none for one that is not. @throws CosmosError 400 */
export function scoresOf(query: Query, root: string | undefined): Score[] {
  const [first] = query.orderBy
  if (query.rank === undefined && !isCall(first?.expression, '_FULLTEXTSCORE')) return []
  const { distinct, groupBy } = query
  if (root === undefined || distinct || groupBy.length > 0) {
    throw badRequest(
      'ORDER BY RANK cannot be combined with DISTINCT, GROUP BY or a FROM of a part of the documents.',
    )
  }
  const rank = query.rank ?? first!.expression
  if (!isCall(rank, 'RRF')) return [scoreOf(rank, root, 1)]
  const last = rank.args.at(-1)
  const weights = last?.kind === 'array' ? compileConstant(last)(NOTHING_BOUND) : undefined
  const parts = weights === undefined ? rank.args : rank.args.slice(0, -1)
  if (parts.length < 2) throw badRequest('The RRF function requires at least 2 scoring functions.')
  if (weights !== undefined && !isWeights(weights, parts.length)) {
    throw badRequest('The weights of RRF must be one number for each of its scoring functions.')
  }
  return parts.map((part, i) => {
    const weight = (weights as number[] | undefined)?.[i] ?? 1
    return isVectorDistance(part) ? vectorScore(part, root, weight) : scoreOf(part, root, weight)
  })
}

/** The terms with their values. @throws CosmosError 400 for anything but strings. */
export function termsOf({ evaluate }: TextScore, env: Environment): string[] {
  const terms = searchTexts((evaluate(env) as unknown[]).flat())
  if (terms?.length) return terms
  throw badRequest('The search terms of FullTextScore must be strings.')
}

const NOTHING_BOUND = { slots: [], aggregates: [], parameters: new Map(), now: 0 }

const isWeights = (value: unknown, count: number) =>
  Array.isArray(value) && value.length === count && value.every((one) => typeof one === 'number')

type Call = Extract<Expression, { kind: 'call' }>
const isCall = (expression: Expression | undefined, name: string): expression is Call =>
  expression?.kind === 'call' && expression.name === name

function vectorScore(call: Call, root: string, weight: number): VectorScore {
  const context = { names: new Map([[root, 0]]), counters: { slots: 1, aggregates: 0 } }
  const args = call.args.map((arg) => compileExpression(arg, context))
  const value = compileExpression(call, context)
  const distance = (env: Environment) => distanceOf(call, args, env)
  return {
    kind: 'vector',
    text: call,
    distance,
    evaluate(env) {
      const found = value(env)
      if (typeof found !== 'number') return Number.NEGATIVE_INFINITY
      return isNearestFirstDescending(distance(env)) ? found : -found
    },
    weight,
  }
}

function scoreOf(expression: Expression, root: string, weight: number): TextScore {
  const merged = isCall(expression, '_FULLTEXTSCORE')
  if (!merged && !isCall(expression, 'FULLTEXTSCORE')) {
    throw badRequest('ORDER BY RANK takes FullTextScore, or RRF of several scores.')
  }
  const [text, ...others] = (expression as Call).args
  const path = text && toPath(text, root)
  const terms = merged ? others.slice(0, 1) : others
  if (!path?.length || terms.length === 0 || !others.every(isConstant)) {
    throw badRequest('FullTextScore takes the path of a property and one or more search terms.')
  }
  const [documents, words, hits] = others.slice(1).map(compileConstant)
  return {
    kind: 'text',
    path,
    text: text!,
    terms,
    evaluate: compileConstant({ kind: 'array', items: terms }),
    weight,
    ...(merged && { given: [documents!, words!, hits!] as const as NonNullable<TextScore['given']> }),
  }
}
