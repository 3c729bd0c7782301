// The plan of an ORDER BY RANK over several ranges: the client asks each range for its statistics, puts their sums into one
// query for each score, and fuses the answers. Shapes and placeholders are those of the service.
import type { Expression, Query } from './ast.ts'
import type { Environment } from './compiled.ts'
import type { Plan } from './plan.ts'
import { printExpression, printQuery } from './print.ts'
import { isText, type TextScore, termsOf } from './rank.ts'
import { call, FILTER, items, number, object, payloadOf, type Window, withoutWindow } from './rewrite.ts'
import { isNearestFirstDescending } from './vectors.ts'

/** What is asked of each range at least, for the places of a ranking depend on all of it. */
const LEAST = 120

const placeholder = (name: string): Expression => ({
  kind: 'name',
  name: `{documentdb-formattablehybridsearchquery-${name}}`,
  at: 0,
})
const array = (items: Expression[]): Expression => ({ kind: 'array', items })
const literal = (value: unknown): Expression => ({ kind: 'literal', value })

/** The plan without its ranges. */
export function hybridPlan({ query, scores }: Plan, env: Environment, { top, offset, limit }: Window) {
  const texts = scores.filter(isText)
  const terms = texts.map((score) => termsOf(score, env))
  const take = top ?? limit
  const most = take === undefined ? undefined : Math.max(LEAST, 2 * ((offset ?? 0) + take))
  const scored = scores.map((score): Scored => {
    if (isText(score)) {
      const i = texts.indexOf(score)
      return { call: scoreCall(score, terms[i]!, i), descending: true }
    }
    return { call: score.text, descending: isNearestFirstDescending(score.distance(env)) }
  })
  return {
    partitionedQueryExecutionInfoVersion: 2,
    hybridSearchQueryInfo: {
      globalStatisticsQuery: statisticsQuery(query, texts, terms),
      componentQueryInfos: scored.map((score) => component(query, score, scored, most)),
      componentWithoutPayloadQueryInfos: [],
      projectionQueryInfo: null,
      componentWeights: scores.some(({ weight }) => weight !== 1) ? scores.map(({ weight }) => weight) : null,
      skip: offset ?? null,
      take: take ?? null,
      requiresGlobalStatistics: texts.length > 0,
    },
  }
}

/** One of the scores as it is asked of a range. */
interface Scored {
  call: Expression
  descending: boolean
}

const scoreCall = ({ text }: TextScore, terms: string[], i: number) =>
  call(
    '_FullTextScore',
    text,
    array(terms.map(literal)),
    placeholder('totaldocumentcount'),
    placeholder(`totalwordcount-${i}`),
    placeholder(`hitcountsarray-${i}`),
  )

/** Over all documents of the range, whatever the WHERE says. */
function statisticsQuery(query: Query, scores: TextScore[], terms: string[][]): string {
  const statistics = scores.map(({ text }, i) =>
    object(
      ['totalWordCount', call('SUM', call('_FullTextWordCount', text))],
      [
        'hitCounts',
        array(terms[i]!.map((term) => call('COUNTIF', call('FullTextContains', text, literal(term))))),
      ],
    ),
  )
  return printQuery({
    distinct: false,
    selection: {
      kind: 'list',
      items: [
        { name: 'documentCount', expression: call('COUNT', number(1)) },
        { name: 'fullTextStatistics', expression: array(statistics) },
      ],
    },
    sources: query.sources.slice(0, 1),
    groupBy: [],
    orderBy: [],
  })
}

/** A list leaves out what is undefined, and then the scores behind it would take the wrong places. */
function defined({ call, descending }: Scored): Expression {
  return { kind: 'binary', operator: '??', left: call, right: number(descending ? -WORST : WORST) }
}
const WORST = 999_999

function component(
  query: Query,
  { call: score, descending }: Scored,
  all: Scored[],
  most: number | undefined,
) {
  const { rank: _, ...plain } = withoutWindow(query)
  const rid = { kind: 'literal', value: '_rid' } as const
  const root: Expression = { kind: 'name', name: query.sources[0]!.alias, at: 0 }
  const payload = object(['payload', payloadOf(query)], ['componentScores', array(all.map(defined))])
  const text = printQuery(
    {
      ...plain,
      ...(most !== undefined && { top: number(most) }),
      selection: {
        kind: 'list',
        items: [
          { name: '_rid', expression: { kind: 'member', object: root, property: rid } },
          { name: 'orderByItems', expression: items([score]) },
          { name: 'payload', expression: payload },
        ],
      },
      orderBy: [{ expression: score, descending }],
    },
    `(${FILTER})`,
  )
  return {
    distinctType: 'None',
    top: most ?? null,
    offset: null,
    limit: null,
    orderBy: [descending ? 'Descending' : 'Ascending'],
    orderByExpressions: [printExpression(score)],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery: text,
    hasSelectValue: false,
    dCountInfo: null,
    hasNonStreamingOrderBy: true,
  }
}
