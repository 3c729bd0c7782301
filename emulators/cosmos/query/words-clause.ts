// Full-text conditions as SQL over the container's full-text index.
import type { Collection } from '../storage/collection.ts'
import type { Scope } from '../storage/scope.ts'
import { phrasesOf, searchTexts } from '../text/words.ts'
import { type Clause, NOTHING, pad } from './clause.ts'
import type { Environment } from './compiled.ts'
import type { Condition } from './plan.ts'

/**
 * Up to here the documents of a word are read by their list and sorted. A commoner word is met often enough on the way
 * through the order that was asked for, where each row's words are looked up instead.
 */
const LONGEST_LIST = 5000
/** Rarer than this needs no comparison with the other words. */
const RARE = 100

/** The SQL of a full-text condition; undefined when the path has no full-text index. */
export function wordsClause(
  { postings }: Collection,
  { path, phrases, every }: Extract<Condition, { kind: 'words' }>,
  env: Environment,
  { pk }: Scope,
): Clause | undefined {
  const number = postings.pathOf(path)
  if (number === undefined) return undefined
  const texts = searchTexts(phrases.map((phrase) => phrase(env)))
  if (!texts) return NOTHING
  const sought = phrasesOf(texts)
  if (sought.length === 0) return NOTHING
  // The index knows which words a text has, not their order.
  const wide = sought.some(({ length }) => length > 1)
  const groups = every
    ? [...new Set(sought.flat())].map((word) => [word])
    : [pad([...new Set(sought.map(([word]) => word!))])]
  const counted = rarestFirst(groups, (words, limit) => postings.count(number, words, pk, limit))
  const [rarest] = counted
  const leads = rarest!.count < LONGEST_LIST
  const parts = counted.map(({ words }, i) => {
    if (i > 0 || !leads) return postings.test(number, words)
    const { sql, values } = postings.select(number, words, pk)
    return { sql: `n IN (${sql})`, values }
  })
  return {
    sql: parts.map(({ sql }) => sql).join(' AND '),
    values: parts.flatMap(({ values }) => values),
    ...(wide && { wide }),
    ...(leads && { leads }),
  }
}

/** Counts no further than it takes to see that a word is rare enough, so that a common one beside it costs nothing. */
function rarestFirst(
  groups: string[][],
  count: (words: string[], limit: number) => number,
): { words: string[]; count: number }[] {
  const upTo = (limit: number) =>
    groups.map((words) => ({ words, count: count(words, limit) })).sort((a, b) => a.count - b.count)
  const few = upTo(RARE)
  return few[0]!.count < RARE ? few : upTo(LONGEST_LIST)
}
