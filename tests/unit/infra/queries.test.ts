import { readFileSync } from 'node:fs'
import { complaints } from './kusto.ts'

const text = (file: string): string => readFileSync(file, 'utf8')
const firsts = (pattern: RegExp, where: string): string[] =>
  [...where.matchAll(pattern)].map(([, query]) => query!)

const alerts = firsts(/query: '((?:[^'\\]|\\.)*)'/g, text('infra/alerts.bicep')).map((query) =>
  query.replace(/\\(.)/g, '$1'),
)
const workbook = firsts(/"query": ("(?:[^"\\]|\\.)*")/g, text('infra/workbook.json')).map((query) =>
  JSON.parse(query),
)
const pages = ['docs/operations.md', 'docs/cost.md'].map(text).join('\n')
const printed = [
  ...firsts(/```kusto\n(.*?)```/gs, pages),
  ...firsts(/`((?:traces|requests|exceptions|dependencies|union|Usage) [^`]*\|[^`]*)`/g, pages),
]

test('the parser complains of what Azure would refuse', () => {
  expect(complaints('traces | where text has "x"')).toEqual([
    "The name 'text' does not refer to any known column, table, variable or function.",
  ])
  expect(complaints('requests | summarize last = max(timestamp)')).toEqual([
    "The name 'last' needs to be bracketed as ['last'] to be used in this context.",
  ])
  expect(complaints('requests | where duration > 5 | summarize count() by name')).toEqual([])
})

test('there are queries to read', () => {
  expect([alerts.length, workbook.length]).toEqual([6, 6])
  expect(printed.length).toBeGreaterThan(10)
})

test.each([...alerts, ...workbook, ...printed])('%s', (query) => {
  expect(complaints(query)).toEqual([])
})
