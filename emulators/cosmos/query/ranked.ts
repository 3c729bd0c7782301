// Runs an ORDER BY RANK within one partition, or within a range for a client that has the statistics of all ranges.
import type { Collection } from '../storage/collection.ts'
import type { Scope } from '../storage/scope.ts'
import { bm25, fuse, type TextStatistics } from '../text/scores.ts'
import { hasPhrase, phrasesOf, wordsOf } from '../text/words.ts'
import type { Environment } from './compiled.ts'
import { window } from './evaluate.ts'
import type { Condition, Plan } from './plan.ts'
import { isText, type TextScore, termsOf } from './rank.ts'
import { buildScan, scanRows } from './scan.ts'

/** All that running a query takes. */
export interface QueryRun {
  collection: Collection
  plan: Plan
  env: Environment
  scope: Scope
  /** Unix seconds. */
  seconds: number
}

export interface Results {
  values: unknown[]
  /** Rows looked at. */
  examined: number
}

/**
 * All results, best first; rows with the same score in the order they were created.
 * @throws CosmosError 400 for terms that are no strings.
 */
export function rankAll(ranking: QueryRun): Results {
  const { plan, env } = ranking
  const { compiled } = plan
  const terms = plan.scores.map((score) => (isText(score) ? termsOf(score, env) : []))
  const measures = plan.scores.map((score, i): ((document: unknown) => number) => {
    if (!isText(score)) return () => score.evaluate(env)
    const statistics = statisticsOf(ranking, score, terms[i]!)
    return (document) => bm25(valueAt(document, score.path), terms[i]!, statistics)
  })
  const { skip, take } = window(compiled, env)
  const rows: { value: unknown; scores: number[] }[] = []
  const seen = new Set<number>()
  const read = (only: Plan, enough: number) => {
    for (const { n, body } of scanRows(ranking.collection, scanOf(ranking, only))) {
      if (rows.length >= enough) return
      if (seen.has(n)) continue
      seen.add(n)
      const document: unknown = JSON.parse(body)
      env.slots[0] = document
      const scores = measures.map((measure) => measure(document))
      compiled.expand(env, () => {
        if (compiled.where && compiled.where(env) !== true) return
        const value = compiled.project(env)
        if (value !== undefined) rows.push({ value, scores })
      })
    }
  }
  // What has none of the terms scores 0 throughout: of these only as many are read as are still wanted.
  const all = plan.scores.every(isText)
  if (all) read(withTerms(plan, terms), Number.POSITIVE_INFINITY)
  read(plan, all ? skip + take : Number.POSITIVE_INFINITY)
  const weights = plan.scores.map(({ weight }) => weight)
  const marks =
    weights.length === 1
      ? rows.map(({ scores }) => scores[0]!)
      : fuse(
          rows.map(({ scores }) => scores),
          weights,
        )
  const order = rows.map((_, i) => i).sort((a, b) => marks[b]! - marks[a]!)
  const values = order.slice(skip, skip + take).map((i) => rows[i]!.value)
  return { values, examined: seen.size }
}

const scanOf = ({ collection, env, scope, seconds }: QueryRun, plan: Plan) =>
  buildScan(collection, plan, env, scope, seconds)

/** The same query of the texts alone that have a term. */
function withTerms(plan: Plan, terms: readonly string[][]): Plan {
  const about = plan.scores.filter(isText).map(({ path }, i): Condition => {
    return { kind: 'words', path, phrases: terms[i]!.map((term) => () => term), every: false }
  })
  const condition: Condition =
    about.length === 1 ? about[0]! : { kind: 'any', branches: about.map((one) => [one]) }
  return { ...plan, conditions: [...plan.conditions, condition] }
}

function statisticsOf(ranking: QueryRun, score: TextScore, terms: readonly string[]): TextStatistics {
  const { env, collection, scope } = ranking
  const { postings } = collection
  if (score.given) {
    const [documents, words, hits] = score.given.map((one) => one(env))
    return { documents: Number(documents), words: Number(words), hits: Array.isArray(hits) ? hits : [] }
  }
  const phrases = terms.map((term) => phrasesOf([term])[0] ?? [])
  const number = postings.pathOf(score.path)
  if (number !== undefined && scope.pk !== undefined) {
    const hits = phrases.map((phrase) =>
      Math.min(...phrase.map((word) => postings.count(number, [word], scope.pk, -1))),
    )
    return { ...postings.totals(number, scope.pk), hits }
  }
  let documents = 0
  let words = 0
  const hits = phrases.map(() => 0)
  for (const { body } of scanRows(collection, scanOf(ranking, { ...ranking.plan, conditions: [] }))) {
    const text = valueAt(JSON.parse(body), score.path)
    if (typeof text !== 'string') continue
    const found = wordsOf(text)
    documents++
    words += found.length
    phrases.forEach((phrase, i) => {
      if (phrase.length > 0 && hasPhrase(found, phrase)) hits[i]!++
    })
  }
  return { documents, words, hits }
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    document,
  )
}
