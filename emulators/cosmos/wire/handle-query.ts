// Queries, lists and the change feed.
import { z } from 'zod'
import { type FeedStart, readFeed } from '../items/change-feed.ts'
import { canonicalKey, type KeyValue, parsePartitionKey } from '../items/partition-key.ts'
import { readVersions } from '../items/version-log.ts'
import { newEnvironment } from '../query/compiled.ts'
import { directed, planQuery } from '../query/plan.ts'
import { describePlan } from '../query/query-plan.ts'
import { narrow, type QueryPage, runQuery } from '../query/run.ts'
import type { Collection } from '../storage/collection.ts'
import type { Scope } from '../storage/scope.ts'
import { type Call, checkSession, collectionOf, type Handler, rangeOf, seconds, strongReads } from './call.ts'
import { badRequest, notImplemented } from './errors.ts'
import type { Answer } from './reply.ts'
import { header, isTrue, maxItemCount, parseJson } from './request.ts'

const querySchema = z.object({
  query: z.string(),
  parameters: z.array(z.object({ name: z.string(), value: z.unknown() })).default([]),
})

/** `{query, parameters: [{name, value}]}` @throws CosmosError 400 */
export function parseQueryBody(body: Buffer): { text: string; parameters: Map<string, unknown> } {
  const parsed = querySchema.safeParse(parseJson(body))
  if (!parsed.success) throw badRequest('The query request needs "query" and, if any, "parameters".')
  const { query, parameters } = parsed.data
  return { text: query, parameters: new Map(parameters.map(({ name, value }) => [name, value])) }
}

export const queryItems: Handler = (call) => {
  const collection = collectionOf(call)
  return page(call, collection, parseQueryBody(call.request.body))
}

export const listItems: Handler = (call) => {
  const collection = collectionOf(call)
  return page(call, collection, { text: 'SELECT * FROM c', parameters: new Map() })
}

const PARALLEL = 'x-ms-documentdb-query-parallelizecrosspartitionquery'

function page(
  call: Call,
  collection: Collection,
  query: { text: string; parameters: Map<string, unknown> },
): Answer {
  const continuation = header(call.request, 'x-ms-continuation')
  const scope = scopeOf(call, collection, formerRange(call, collection))
  checkSession(call, collection)
  const result = runQuery(collection, {
    ...query,
    scope,
    parallel: call.operation === 'items.query' && isTrue(header(call.request, PARALLEL)),
    maxItems: maxItemCount(call.request),
    ...(continuation && { continuation }),
    strong: strongReads(call),
    now: call.service.clock(),
  })
  const count = result.documents.length
  const headers: Record<string, string> = { 'x-ms-item-count': String(count) }
  if (result.continuation) headers['x-ms-continuation'] = result.continuation
  if (isTrue(header(call.request, 'x-ms-documentdb-populatequerymetrics'))) {
    headers['x-ms-documentdb-query-metrics'] = metrics(result)
  }
  return {
    status: 200,
    charge: result.charge,
    collection,
    range: rangeIdOf(collection, scope),
    headers,
    body: `{"_rid":"${collection.rid}","Documents":[${result.documents.join(',')}],"_count":${count}}`,
  }
}

/** The documents a query or list may see, by the headers of the request. */
function scopeOf(call: Call, collection: Collection, former?: Scope['epk']): Scope {
  const range = former ? undefined : rangeOf(call, collection)
  const epk = partOf(call) ?? former
  const values = keyOf(call, collection)
  const part = { ...(range !== undefined && { range }), ...(epk && { epk }) }
  if (values === undefined) return part
  if (values.length === collection.keyPaths.length) return { ...part, pk: canonicalKey(values) }
  return { ...part, prefix: `${canonicalKey(values).slice(0, -1)},` }
}

/**
 * Where in hash space a range was that has been split. A query that names it is answered from its halves: the SDK
 * (4.10) takes up a query that is answered 410 again and again, with the same range, and never comes to an end.
 */
function formerRange({ request }: Call, { ranges }: Collection): Scope['epk'] {
  const id = header(request, 'x-ms-documentdb-partitionkeyrangeid')
  if (id === undefined || ranges.find(id)) return undefined
  const parts = ranges.ranges.filter(({ parents }) => parents.includes(id))
  return parts[0] && { min: parts[0].minInclusive, max: parts.at(-1)!.maxExclusive }
}

/** The range that answers for the scope; the first when there are several. */
function rangeIdOf({ ranges }: Collection, { range, pk }: Scope): string {
  if (range !== undefined) return String(range)
  return pk === undefined ? ranges.ranges[0]!.id : ranges.of(pk).id
}

/** The partition key, or the first values of a hierarchical one, that a query is limited to. @throws CosmosError 400 */
function keyOf(call: Call, { keyPaths }: Collection): KeyValue[] | undefined {
  const text = header(call.request, 'x-ms-documentdb-partitionkey')
  if (text === undefined) return undefined
  const values = parsePartitionKey(text)
  if (values.length > keyPaths.length) throw badRequest('The partition key has too many components.')
  // `[]` is how clients write "no partition key".
  return values.length === 0 ? keyPaths.map(() => undefined) : values
}

/** A part of hash space that a read is limited to, within a range. @throws CosmosError 400 */
function partOf({ request }: Call): { min: string; max: string } | undefined {
  const min = header(request, 'x-ms-start-epk')
  const max = header(request, 'x-ms-end-epk')
  if (min === undefined && max === undefined) return undefined
  if (![min, max].every((bound) => bound !== undefined && /^([\dA-F]{2})*$/i.test(bound))) {
    throw badRequest(
      'x-ms-start-epk and x-ms-end-epk must be the hexadecimal bounds of a part of hash space.',
    )
  }
  return { min: min!.toUpperCase(), max: max!.toUpperCase() }
}

function metrics({ documents, examined }: QueryPage): string {
  const size = documents.reduce((total, { length }) => total + length, 0)
  return `totalExecutionTimeInMs=0.00;queryCompileTimeInMs=0.00;retrievedDocumentCount=${examined};retrievedDocumentSize=${size};outputDocumentCount=${documents.length};outputDocumentSize=${size};indexUtilizationRatio=1.00`
}

export const planItems: Handler = (call) => {
  const collection = collectionOf(call)
  const { text, parameters } = parseQueryBody(call.request.body)
  const scope = scopeOf(call, collection)
  const env = newEnvironment(parameters, call.service.clock(), collection)
  const plan = directed(planQuery(text, collection.computed), env)
  const features = header(call.request, 'x-ms-cosmos-supported-query-features')
  const within = narrow(collection, plan, env, scope)
  return { status: 200, collection, body: describePlan(collection, plan, env, within, features) }
}

export const readChanges: Handler = (call) => {
  const collection = collectionOf(call)
  const mode = header(call.request, 'a-im')!
  const all = /^full-fidelity feed$/i.test(mode)
  if (!all && !/^incremental feed$/i.test(mode)) throw notImplemented(`the change feed mode '${mode}'`)
  const scope = scopeOf(call, collection)
  checkSession(call, collection)
  const feed = (all ? readVersions : readFeed)(collection, {
    scope,
    start: feedStart(call),
    maxItems: maxItemCount(call.request),
    strong: strongReads(call),
    now: seconds(call),
  })
  const count = feed.documents.length
  const answer: Answer = {
    status: count > 0 ? 200 : 304,
    charge: feed.charge,
    etag: `"${feed.lsn}"`,
    collection,
    range: rangeIdOf(collection, scope),
    headers: { 'x-ms-item-count': String(count) },
  }
  if (count > 0) {
    answer.body = `{"_rid":"${collection.rid}","Documents":[${feed.documents.join(',')}],"_count":${count}}`
  }
  return answer
}

function feedStart({ request }: Call): FeedStart {
  const token = header(request, 'if-none-match')
  if (token === '*') return 'now'
  if (token !== undefined && token !== '') {
    const lsn = Number(token.replaceAll('"', ''))
    if (!Number.isSafeInteger(lsn) || lsn < 0) throw badRequest(`Invalid change feed continuation ${token}.`)
    return { after: lsn }
  }
  const since = header(request, 'if-modified-since')
  if (since === undefined) return 'beginning'
  const ms = Date.parse(since)
  if (Number.isNaN(ms)) throw badRequest(`Invalid date in If-Modified-Since: '${since}'.`)
  return { since: Math.floor(ms / 1000) }
}
