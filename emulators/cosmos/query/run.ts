// Runs a query over a container and returns one page of it.

import { queryCharge } from '../items/charge.ts'
import { MAX_PAGE_BYTES } from '../items/limits.ts'
import { canonicalKey } from '../items/partition-key.ts'
import type { Collection } from '../storage/collection.ts'
import type { Scope } from '../storage/scope.ts'
import { CosmosError, notImplemented } from '../wire/errors.ts'
import { type Environment, newEnvironment } from './compiled.ts'
import { isScalar, samePath } from './conditions.ts'
import { type Continuation, fingerprint, formatContinuation, parseContinuation } from './continuation.ts'
import { evaluateAll, window } from './evaluate.ts'
import { type Condition, directed, type Plan, planQuery } from './plan.ts'
import { describePlan, needsMerging } from './query-plan.ts'
import { type QueryRun, type Results, rankAll } from './ranked.ts'
import { withoutFilter } from './rewrite.ts'
import { buildScan, type Scan, scanRows } from './scan.ts'
import { rankOf } from './values.ts'

export interface QueryRequest {
  text: string
  parameters: ReadonlyMap<string, unknown>
  scope: Scope
  /** The client wants to ask the ranges itself, though there is nothing to merge. */
  parallel: boolean
  maxItems: number
  continuation?: string
  strong: boolean
  /** Unix milliseconds. */
  now: number
}

export interface QueryPage {
  /** Each a JSON text. */
  documents: string[]
  continuation?: string
  charge: number
  /** Rows looked at. */
  examined: number
}

/** @throws CosmosError 400 for a wrong query, 501 for one that needs merging across partitions. */
export function runQuery(collection: Collection, request: QueryRequest): QueryPage {
  const env = newEnvironment(request.parameters, request.now, collection)
  const plan = directed(planQuery(request.text, collection.computed), env)
  const scope = narrow(collection, plan, env, request.scope)
  const unmerged =
    plan.scores.some((score) => score.kind === 'vector' || !score.given) && scope.pk === undefined
  if (unmerged || (isAcross(scope) && (request.parallel || needsMerging(plan))))
    throw toBeMerged(describePlan(collection, plan, env, scope))
  const mark = fingerprint(withoutFilter(request.text), request.parameters)
  const resume = request.continuation ? parseContinuation(request.continuation, mark) : undefined
  const seconds = Math.floor(request.now / 1000)
  if (!plan.streaming && plan.query.sources.length > 0) {
    return cut({ request, resume, mark }, allResults({ collection, plan, env, scope, seconds }))
  }
  const scan = buildScan(collection, plan, env, scope, seconds, resume)
  const run: Run = { collection, plan, env, scan, request, mark, resume }
  return plan.query.sources.length === 0 ? constantPage(run) : streamed(run)
}

interface Run {
  collection: Collection
  plan: Plan
  env: Environment
  scan: Scan
  request: QueryRequest
  mark: string
  resume: Continuation | undefined
}

const isAcross = ({ pk, prefix, range, epk }: Scope) =>
  pk === undefined && prefix === undefined && range === undefined && epk === undefined

/**
 * The service's answer to a query that only a client can merge, with the plan for doing so.
 * https://learn.microsoft.com/rest/api/cosmos-db/querying-cosmosdb-resources-using-the-rest-api#queries-that-cannot-be-served-by-gateway
 */
function toBeMerged(plan: string): CosmosError {
  const message =
    'The provided cross partition query can not be directly served by the gateway. This is a first chance (internal) exception that all newer clients will know how to handle gracefully. This exception is traced, but unless you see it bubble up as an exception (which only happens on older SDK clients), then you can safely ignore this message.'
  return new CosmosError(400, message, 1004, { info: plan })
}

/** Equality on the whole partition key in the WHERE limits a query to a partition, a list of keys to some. */
export function narrow(collection: Collection, plan: Plan, env: Environment, scope: Scope): Scope {
  if (scope.pk !== undefined) return scope
  const about = (path: string[]) =>
    plan.conditions.filter(
      (one): one is Exclude<Condition, { kind: 'any' }> => one.kind !== 'any' && samePath(one.path, path),
    )
  const values = collection.keyPaths.map((path) => {
    const condition = about(path).find((one) => one.kind === 'compare' && one.operator === '=')
    return condition?.kind === 'compare' ? condition.value(env) : undefined
  })
  if (values.every(isScalar)) return { ...scope, pk: canonicalKey(values) }
  if (collection.keyPaths.length > 1) return scope
  const list = about(collection.keyPaths[0]!).find(({ kind }) => kind === 'in' || kind === 'in-array')
  const keys =
    list?.kind === 'in'
      ? list.values.map((value) => value(env))
      : list?.kind === 'in-array'
        ? list.array(env)
        : undefined
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isScalar)) return scope
  return { ...scope, pks: keys.map((key) => canonicalKey([key])) }
}

function constantPage({ plan, env }: Run): QueryPage {
  const values = evaluateAll(plan.compiled, env, (row) => row())
  const documents = values.map((value) => JSON.stringify(value))
  return { documents, charge: queryCharge(0, documents.length, 0, false), examined: 0 }
}

/** Rows in order, stopping when the page is full. */
function streamed(run: Run): QueryPage {
  const { plan, env, scan, request, resume, mark } = run
  const { compiled } = plan
  const { skip, take } = window(compiled, env)
  const documents: string[] = []
  const raw = plan.whole && scan.exact
  let bytes = 0
  let examined = 0
  let skipped = resume?.s ?? 0
  let taken = resume?.t ?? 0
  let next: string | undefined
  let full = false
  // The last result that was consumed: its document, and which of that document's results it was.
  let last = { n: 0, body: '', results: 0 }

  for (const row of scanRows(run.collection, run.scan)) {
    if (taken >= take) break
    let sentBefore = row.n === resume?.n ? resume.j : 0
    if (sentBefore === 0) examined++
    let ofThis = 0
    const emit = (text: string) => {
      if (full || taken >= take) return
      ofThis++
      if (sentBefore > 0) {
        sentBefore--
        return
      }
      const size = Buffer.byteLength(text)
      if (documents.length >= request.maxItems || (documents.length > 0 && bytes + size > MAX_PAGE_BYTES)) {
        full = true
        const k = sortKeys(scan, last.body)
        next = formatContinuation({ q: mark, k, n: last.n, j: last.results, s: skipped, t: taken })
        return
      }
      last = { n: row.n, body: row.body, results: ofThis }
      if (skipped < skip) {
        skipped++
        return
      }
      documents.push(text)
      bytes += size
      taken++
    }
    if (raw) emit(row.body)
    else {
      env.slots[0] = JSON.parse(row.body)
      compiled.expand(env, () => {
        if (!scan.exact && compiled.where && compiled.where(env) !== true) return
        const value = compiled.project(env)
        if (value !== undefined) emit(plan.whole ? row.body : JSON.stringify(value))
      })
    }
    if (full) break
  }
  const charge = queryCharge(examined, documents.length, bytes, request.strong)
  return { documents, ...(next !== undefined && { continuation: next }), charge, examined }
}

/** The sort keys of a row, as the scan's SQL sees them. */
function sortKeys(scan: Scan, body: string): Continuation['k'] {
  if (scan.order.length === 0) return []
  const document: unknown = JSON.parse(body)
  return scan.order.map(({ path }) => {
    let value = document
    for (const name of path) {
      const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
      value = Object.hasOwn(object, name) ? object[name] : undefined
    }
    if (typeof value === 'string' || typeof value === 'number') return [rankOf(value), value]
    if (typeof value === 'object' && value !== null) return [rankOf(value), JSON.stringify(value)]
    return [rankOf(value), value === true ? 1 : 0]
  })
}

/** Every result of a query that cannot be streamed. @throws CosmosError 501 for a subquery over several partitions. */
function allResults({ collection, plan, env, scope, seconds }: QueryRun): Results {
  if (plan.scores.length > 0) return rankAll({ collection, plan, env, scope, seconds })
  if (plan.query.sources.length === 0) {
    return { values: evaluateAll(plan.compiled, env, (row) => row()), examined: 0 }
  }
  let examined = 0
  if (plan.inner) {
    if (scope.pk === undefined) throw notImplemented('a subquery over the documents of several partitions')
    const within = newEnvironment(env.parameters, env.now, env)
    const inner = allResults({ collection, plan: plan.inner, env: within, scope, seconds })
    const values = evaluateAll(plan.compiled, env, (row) => {
      for (const value of inner.values) {
        env.slots[0] = value
        plan.compiled.expand(env, row)
      }
    })
    return { values, examined: inner.examined }
  }
  const scan = buildScan(collection, plan, env, scope, seconds)
  const values = evaluateAll(plan.compiled, env, (row) => {
    for (const { body } of scanRows(collection, scan)) {
      examined++
      env.slots[0] = JSON.parse(body)
      plan.compiled.expand(env, row)
    }
  })
  return { values, examined }
}

/** A page of results that are all known. */
function cut(
  { request, resume, mark }: Pick<Run, 'request' | 'resume' | 'mark'>,
  { values, examined }: Results,
): QueryPage {
  const from = resume?.o ?? 0
  const documents: string[] = []
  let bytes = 0
  for (const value of values.slice(from, from + request.maxItems)) {
    const text = JSON.stringify(value)
    const size = Buffer.byteLength(text)
    if (documents.length > 0 && bytes + size > MAX_PAGE_BYTES) break
    documents.push(text)
    bytes += size
  }
  const more = from + documents.length < values.length
  return {
    documents,
    ...(more && { continuation: formatContinuation({ q: mark, o: from + documents.length }) }),
    charge: queryCharge(examined, documents.length, bytes, request.strong),
    examined,
  }
}
