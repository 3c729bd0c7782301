// What of a query SQLite can do for us: the conditions on property paths that stand alone in the WHERE, and the order.
// Worked out once per query text; the values come in at run time.
import { checkJoins, checkQuerySize } from '../items/limits.ts'
import { badRequest } from '../wire/errors.ts'
import type { Expression, OrderItem, Query } from './ast.ts'
import { compileConstant, compileQuery } from './compile.ts'
import type { CompiledQuery, Environment, Evaluate } from './compiled.ts'
import { type Computed, withComputed } from './computed.ts'
import type { Distance } from './distances.ts'
import { refuseUngrouped } from './grouping.ts'
import { parse } from './parser.ts'
import { isConstant, properPath, toPath } from './paths.ts'
import { type Score, scoresOf } from './rank.ts'
import { distanceOf, isNearestFirstDescending, isVectorDistance } from './vectors.ts'

export type Condition =
  | { kind: 'compare'; path: string[]; operator: '=' | '<' | '<=' | '>' | '>='; value: Evaluate }
  | { kind: 'in'; path: string[]; values: Evaluate[] }
  /** The values are the elements of a constant array. */
  | { kind: 'in-array'; path: string[]; array: Evaluate }
  | { kind: 'defined'; path: string[]; defined: boolean }
  /** Full-text search for all of the phrases, or any. */
  | { kind: 'words'; path: string[]; phrases: Evaluate[]; every: boolean }
  /** At least one branch holds; a branch is a list of conditions that all hold. */
  | { kind: 'any'; branches: Condition[][] }

export interface Plan {
  query: Query
  compiled: CompiledQuery
  conditions: Condition[]
  /** The conditions are the whole WHERE. */
  complete: boolean
  order: { path: string[]; descending: boolean }[]
  /** The query whose results this one ranges over, in place of the documents. */
  inner?: Plan
  /** How near the vectors are that it is ordered by instead, nearest first. */
  nearest?: (env: Environment) => Distance
  /** What it is ranked by instead. */
  scores: Score[]
  /** Each result is the document itself, so its stored text can be sent as it is. */
  whole: boolean
  /** Results can be sent as they are found; otherwise all have to be seen first. */
  streaming: boolean
}

const cache = new Map<string, Plan>()

/**
 * The plan of a query text, kept for the next call.
 * @throws CosmosError 400 or 501
 */
export function planQuery(text: string, computed?: Computed): Plan {
  const key = computed ? `${computed.key}\0${text}` : text
  const known = cache.get(key)
  if (known) return known
  checkQuerySize(text)
  const plan = makePlan(parse(text), computed)
  if (cache.size >= 500) cache.delete(cache.keys().next().value!)
  cache.set(key, plan)
  return plan
}

function makePlan(query: Query, computed?: Computed): Plan {
  const [first] = query.sources
  if (first?.kind !== 'query') return planOf(query, computed)
  const inner = makePlan(first.query!, computed)
  const name: Expression = { kind: 'name', name: first.alias, at: 0 }
  const over: Query = {
    ...query,
    sources: [{ kind: 'value', expression: name, alias: first.alias }, ...query.sources.slice(1)],
  }
  return { ...planOf(over), conditions: inner.conditions, streaming: false, inner }
}

function planOf(given: Query, computed?: Computed): Plan {
  checkJoins(given.sources.length - 1)
  const query = withoutVainOrder(given)
  const root = rootAlias(query)
  // What is run; what is told to clients keeps the names, for they send it back.
  const run = computed && root !== undefined ? withComputed(query, computed, root) : query
  const compiled = compileQuery(run)
  const parts = run.where ? conjuncts(run.where) : []
  const found = parts.map((part) => (root === undefined ? undefined : toCondition(part, root)))
  const { selection, sources } = run
  const scores = scoresOf(run, root)
  const nearest = nearestOf(run)
  const sorted = !nearest && query.orderBy.some((_, i) => isComputed(query.orderBy[i]!, run.orderBy[i]!))
  const streaming =
    !nearest &&
    !sorted &&
    scores.length === 0 &&
    compiled.groupBy.length === 0 &&
    compiled.aggregates.length === 0 &&
    !query.distinct
  if (compiled.groupBy.length > 0 && query.orderBy.length > 0) {
    throw badRequest("'ORDER BY' is not supported together with 'GROUP BY'.")
  }
  refuseUngrouped(run, compiled)
  return {
    query,
    compiled,
    conditions: found.filter((condition) => condition !== undefined),
    complete: found.every((condition) => condition !== undefined),
    scores,
    ...(nearest && { nearest }),
    order: (scores.length > 0 || nearest || sorted ? [] : run.orderBy).map(({ expression, descending }) => ({
      path: orderPath(expression, root),
      descending,
    })),
    whole:
      root !== undefined &&
      sources.length === 1 &&
      (selection.kind === 'all' ||
        (selection.kind === 'value' &&
          selection.expression.kind === 'name' &&
          selection.expression.name === root)),
    streaming,
  }
}

/** A sort key that is not at a path any more. */
const isComputed = (named: OrderItem, run: OrderItem) =>
  named.expression.kind === 'member' && run.expression.kind !== 'member'

/** The measure of an ORDER BY VectorDistance. @throws CosmosError 400 where there are other keys as well. */
function nearestOf({ orderBy }: Query): Plan['nearest'] {
  const call = orderBy.map(({ expression }) => expression).find(isVectorDistance)
  if (!call) return undefined
  if (orderBy.length > 1) throw badRequest('ORDER BY VectorDistance cannot have other sort keys.')
  const options = call.args[3] && compileConstant(call.args[3])
  const none = () => undefined
  return (env) => distanceOf(call, [none, none, none, options ?? none], env)
}

/** The plan with the direction its vectors are ordered in, which a container's policy may decide. */
export function directed(plan: Plan, env: Environment): Plan {
  if (!plan.nearest) return plan
  const descending = isNearestFirstDescending(plan.nearest(env))
  const turn = <T extends object>(items: readonly T[]) => items.map((item) => ({ ...item, descending }))
  const { query, compiled } = plan
  return {
    ...plan,
    query: { ...query, orderBy: turn(query.orderBy) },
    compiled: { ...compiled, orderBy: turn(compiled.orderBy) },
  }
}

/** Aggregates over everything make one result, which an order does nothing to. */
function withoutVainOrder(query: Query): Query {
  if (query.orderBy.length === 0 || query.groupBy.length > 0) return query
  const plain = { ...query, orderBy: [] }
  return compileQuery(plain).aggregates.length > 0 ? plain : query
}

/** The alias of the documents, when the FROM ranges over them as they are. */
function rootAlias(query: Query): string | undefined {
  const [first] = query.sources
  return first?.kind === 'value' && first.expression?.kind === 'name' ? first.alias : undefined
}

function conjuncts(where: Expression): Expression[] {
  if (where.kind === 'binary' && where.operator === 'and')
    return [...conjuncts(where.left), ...conjuncts(where.right)]
  // What a client puts where it has no condition.
  if (where.kind === 'literal' && where.value === true) return []
  return [where]
}

function disjuncts(part: Expression): Expression[] {
  if (part.kind === 'binary' && part.operator === 'or')
    return [...disjuncts(part.left), ...disjuncts(part.right)]
  return [part]
}

function orderPath(expression: Expression, root: string | undefined): string[] {
  const path = root === undefined ? undefined : toPath(expression, root)
  if (path && path.length > 0) return path
  throw badRequest(
    'Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.',
  )
}

const FLIPPED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const
type Comparison = keyof typeof FLIPPED

function toCondition(part: Expression, root: string): Condition | undefined {
  if (part.kind === 'binary' && part.operator in FLIPPED) {
    const operator = part.operator as Comparison
    return (
      compare(part.left, operator, part.right, root) ??
      compare(part.right, FLIPPED[operator], part.left, root)
    )
  }
  if (part.kind === 'in') {
    const path = properPath(part.operand, root)
    if (!path || !part.list.every(isConstant)) return undefined
    return { kind: 'in', path, values: part.list.map(compileConstant) }
  }
  if (part.kind === 'call' && part.name === 'ARRAY_CONTAINS' && part.args.length === 2) {
    const path = properPath(part.args[1]!, root)
    if (!path || !isConstant(part.args[0]!)) return undefined
    return { kind: 'in-array', path, array: compileConstant(part.args[0]!) }
  }
  if (part.kind === 'call' && /^FULLTEXTCONTAINS(ALL|ANY)?$/.test(part.name)) {
    const [text, ...phrases] = part.args
    const path = text && properPath(text, root)
    if (!path || !phrases.every(isConstant)) return undefined
    return { kind: 'words', path, phrases: phrases.map(compileConstant), every: !part.name.endsWith('ANY') }
  }
  if (part.kind === 'binary' && part.operator === 'or') {
    const branches = disjuncts(part).map((branch) => conjuncts(branch).map((one) => toCondition(one, root)))
    if (!branches.flat().every((condition) => condition !== undefined)) return undefined
    return { kind: 'any', branches: branches as Condition[][] }
  }
  const negated = part.kind === 'unary' && part.operator === 'not'
  const call = negated ? part.operand : part
  if (call.kind === 'call' && call.name === 'IS_DEFINED' && call.args.length === 1) {
    const path = properPath(call.args[0]!, root)
    return path && { kind: 'defined', path, defined: !negated }
  }
  return undefined
}

function compare(
  left: Expression,
  operator: Comparison,
  right: Expression,
  root: string,
): Condition | undefined {
  const path = properPath(left, root)
  if (!path || !isConstant(right)) return undefined
  return { kind: 'compare', path, operator, value: compileConstant(right) }
}
