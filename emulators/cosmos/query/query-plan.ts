// The query plan: what a client has to know to run a query on every physical range and merge the answers.
// The fields are those of the service's partitioned query execution info, version 2.
import type { Collection } from '../storage/collection.ts'
import { effectiveKeyOf } from '../storage/epk.ts'
import type { Scope } from '../storage/scope.ts'
import { badRequest, notImplemented } from '../wire/errors.ts'
import { isAggregate } from './aggregates.ts'
import type { Expression } from './ast.ts'
import type { Environment } from './compiled.ts'
import { window } from './evaluate.ts'
import { walk } from './grouping.ts'
import { hybridPlan } from './hybrid-plan.ts'
import type { Plan } from './plan.ts'
import { printExpression } from './print.ts'
import { AGGREGATE_TYPES, rewriteQuery, type Window } from './rewrite.ts'

/** Whether the answers of several partitions cannot simply be put one behind the other. */
export function needsMerging({ query, compiled }: Plan): boolean {
  if (query.sources.length === 0) return false
  return (
    query.orderBy.length > 0 ||
    query.rank !== undefined ||
    query.distinct ||
    query.top !== undefined ||
    query.limit !== undefined ||
    isGrouped({ query, compiled })
  )
}

const isGrouped = ({ compiled }: Pick<Plan, 'query' | 'compiled'>) =>
  compiled.groupBy.length > 0 || compiled.aggregates.length > 0

/**
 * The plan as JSON text, for the documents in scope.
 * @param features What the client can merge, as it lists it; anything when absent.
 * @throws CosmosError 400 for an aggregate inside of an expression, or a client that cannot do it.
 */
export function describePlan(
  collection: Collection,
  plan: Plan,
  env: Environment,
  scope: Scope,
  features?: string,
): string {
  if (plan.inner) throw notImplemented('a subquery over the documents of several partitions')
  const { query } = plan
  const grouped = isGrouped(plan)
  if (grouped) refuseNestedAggregates(plan)
  refuseUnknownFeatures(plan, features)
  const counts = windowOf(plan, env)
  const ranges = queryRanges(collection, scope)
  if (query.rank) return JSON.stringify({ ...hybridPlan(plan, env, counts), queryRanges: ranges })
  const value = query.selection.kind === 'value'
  const types = typesOf(plan)
  return JSON.stringify({
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: !query.distinct ? 'None' : isOrderedDistinct(plan) ? 'Ordered' : 'Unordered',
      top: counts.top ?? null,
      offset: counts.offset ?? null,
      limit: counts.limit ?? null,
      orderBy: query.orderBy.map(({ descending }) => (descending ? 'Descending' : 'Ascending')),
      orderByExpressions: query.orderBy.map(({ expression }) => printExpression(expression)),
      groupByExpressions: query.groupBy.map(printExpression),
      groupByAliases: grouped && !value ? types.map(([name]) => name) : [],
      aggregates: value ? types.flatMap(([, type]) => type ?? []) : [],
      groupByAliasToAggregateType: grouped && !value ? Object.fromEntries(types) : {},
      rewrittenQuery: rewriteQuery(query, grouped, counts),
      hasSelectValue: value,
      hasNonStreamingOrderBy: plan.nearest !== undefined,
      dCountInfo: null,
    },
    queryRanges: query.sources.length === 0 ? [firstRange(collection)] : ranges,
  })
}

function windowOf({ compiled }: Plan, env: Environment): Window {
  const { skip, take } = window(compiled, env)
  if (compiled.top) return { top: take }
  return compiled.limit ? { offset: skip, limit: take } : {}
}

/** What is selected, by name, each with the kind of aggregate it is; null for none. */
function typesOf({ query: { selection } }: Plan): [string, string | null][] {
  const typeOf = (expression: Expression) =>
    expression.kind === 'call' && isAggregate(expression.name) ? AGGREGATE_TYPES[expression.name]! : null
  if (selection.kind === 'list') {
    return selection.items.map(({ name, expression }) => [name, typeOf(expression)])
  }
  return selection.kind === 'value' ? [['', typeOf(selection.expression)]] : []
}

/** Equal results come one behind the other when they are ordered by all that is selected. */
function isOrderedDistinct({ query: { selection, orderBy } }: Plan): boolean {
  if (selection.kind === 'all' || orderBy.length === 0) return false
  const selected =
    selection.kind === 'value' ? [selection.expression] : selection.items.map(({ expression }) => expression)
  const ordered = new Set(orderBy.map(({ expression }) => printExpression(expression)))
  return (
    selected.length === ordered.size &&
    selected.every((expression) => ordered.has(printExpression(expression)))
  )
}

function refuseNestedAggregates({ query: { selection } }: Plan): void {
  const isBare = (expression: Expression) => expression.kind === 'call' && isAggregate(expression.name)
  const nested = (expression: Expression) => !isBare(expression) && walk(expression).some(isBare)
  if (selection.kind === 'value' && nested(selection.expression)) {
    throw badRequest("Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates.", 1004)
  }
  if (selection.kind === 'list' && selection.items.some(({ expression }) => nested(expression))) {
    throw badRequest('Compositions of aggregates and other expressions are unsupported.', 1004)
  }
}

function refuseUnknownFeatures(plan: Plan, features: string | undefined): void {
  if (features === undefined) return
  const known = new Set(features.split(',').map((name) => name.trim()))
  const { query } = plan
  const wanted = [
    ...(query.orderBy.length > 0 ? [plan.nearest ? 'NonStreamingOrderBy' : 'OrderBy'] : []),
    ...(query.orderBy.length > 1 ? ['MultipleOrderBy'] : []),
    ...(query.rank ? ['HybridSearch', 'NonStreamingOrderBy', 'CountIf'] : []),
    ...(query.distinct ? ['Distinct'] : []),
    ...(query.top ? ['Top'] : []),
    ...(query.limit ? ['OffsetAndLimit'] : []),
    ...(query.groupBy.length > 0 ? ['GroupBy'] : []),
    ...(plan.compiled.aggregates.length > 0 ? ['Aggregate'] : []),
  ]
  const missing = wanted.filter((name) => !known.has(name))
  if (missing.length === 0) return
  throw badRequest(
    `Query contains 1 or more unsupported features. Upgrade your SDK to a version that does support the requested features: ${missing.join(', ')}`,
  )
}

interface QueryRange {
  min: string
  max: string
  isMinInclusive: boolean
  isMaxInclusive: boolean
}

/** A query without a FROM has one answer, not one for each range. */
const firstRange = ({ ranges }: Collection): QueryRange => ({
  min: '',
  max: ranges.ranges[0]!.maxExclusive,
  isMinInclusive: true,
  isMaxInclusive: false,
})

/** The parts of hash space that hold documents in scope, in order and without overlap. */
function queryRanges({ ranges }: Collection, { pk, pks, prefix }: Scope): QueryRange[] {
  const keys = pk !== undefined ? [pk] : pks
  if (keys) {
    const points = new Set(keys.map((key) => effectiveKeyOf(ranges.kind, key)))
    return [...points].sort().map((at) => ({ min: at, max: at, isMinInclusive: true, isMaxInclusive: true }))
  }
  const start = prefix === undefined ? '' : effectiveKeyOf(ranges.kind, `${prefix.slice(0, -1)}]`)
  return [{ min: start, max: `${start}FF`, isMinInclusive: true, isMaxInclusive: false }]
}
