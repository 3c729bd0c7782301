// docs/costs.md as the tests read and write it: lines of what something takes, between two marks.
import { readFileSync, writeFileSync } from 'node:fs'
import { aligned } from '../../../infra/cost/document.ts'
import type { Cost } from '../../support/meter.ts'

const FILE = 'docs/costs.md'

/** A line of a table: what something takes, by column. */
export type Line = Record<string, number>

export interface Table {
  /** Its place in the document. */
  place: string
  subject: string
  /** What is told of a cost, and the heading that it has. */
  columns: [keyof Omit<Cost, 'trail'>, string][]
}

/** More than that of what the table says is dearer; less than that makes the table untrue. */
const DEARER = 1.03
const CHEAPER = 1 / 1.1

const placeOf = (place: string) =>
  new RegExp(`(<!-- ${place} -->\\n\\n)([\\s\\S]*?)(\\n\\n<!-- /${place} -->)`)

/** @throws Error when the document has no such place */
export function readTable({ place, columns }: Table): Map<string, Line> {
  const [, , table] = placeOf(place).exec(readFileSync(FILE, 'utf8')) ?? []
  if (table === undefined) throw new Error(`${FILE} has no place for ${place}.`)
  const rows = table.split('\n').slice(2)
  return new Map(
    rows.map((row) => {
      const [name, ...cells] = row.split('|').slice(1, -1)
      return [name!.trim(), Object.fromEntries(columns.map(([column], i) => [column, Number(cells[i])]))]
    }),
  )
}

export function writeTable({ place, subject, columns }: Table, costs: Map<string, Cost>): void {
  const rows = [...costs].map(([name, cost]) => {
    const cells = columns.map(([column]) =>
      column === 'requestUnits' ? cost[column].toFixed(1) : cost[column],
    )
    return `| ${name} | ${cells.join(' | ')} |`
  })
  const head = `| ${subject} | ${columns.map(([, heading]) => heading).join(' | ')} |`
  const table = aligned([head, `| --- ${'| --: '.repeat(columns.length)}|`, ...rows].join('\n'))
  const text = readFileSync(FILE, 'utf8')
  writeFileSync(
    FILE,
    text.replace(placeOf(place), (_, start: string, __, end: string) => `${start}${table}${end}`),
  )
}

/** What is wrong with this line of the table. */
export function complaints({ columns }: Table, line: Line | undefined, cost: Cost): string[] {
  if (!line) return ['is not in docs/costs.md']
  const dearer = columns.filter(([column]) => cost[column] > line[column]! * DEARER)
  const cheaper = columns.filter(([column]) => cost[column] < line[column]! * CHEAPER)
  const say =
    (kind: string) =>
    ([column, heading]: Table['columns'][number]) =>
      `is ${kind}: ${cost[column]} ${heading}, docs/costs.md says ${line[column]} (${cost.trail.join(', ')})`
  return [...dearer.map(say('dearer')), ...cheaper.map(say('cheaper'))]
}
