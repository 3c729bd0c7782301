// The rule by which docs/costs.md is held: what is dearer, what is no longer true.
import { complaints, type Table } from './table.ts'

const TABLE: Table = {
  place: 'nowhere',
  subject: 'use case',
  columns: [
    ['requests', 'requests'],
    ['requestUnits', 'request units'],
  ],
}
const line = { requests: 4, requestUnits: 20 }
const found = (requests: number, requestUnits: number) =>
  complaints(TABLE, line, { requests, requestUnits, trips: 1, calls: 0, trail: ['read inbox'] })

test('a request more is dearer, and so are request units beyond 3 %', () => {
  expect(found(5, 20)).toEqual(['is dearer: 5 requests, docs/costs.md says 4 (read inbox)'])
  expect(found(4, 20.7)).toEqual(['is dearer: 20.7 request units, docs/costs.md says 20 (read inbox)'])
  expect(found(4, 20.5)).toEqual([])
})

test('a table that says a tenth too much, or a request, is not true', () => {
  expect(found(3, 20)).toEqual(['is cheaper: 3 requests, docs/costs.md says 4 (read inbox)'])
  expect(found(4, 18)).toEqual(['is cheaper: 18 request units, docs/costs.md says 20 (read inbox)'])
  expect(found(4, 18.5)).toEqual([])
})

test('what is not in the table is said', () => {
  const cost = { requests: 0, requestUnits: 0, trips: 0, calls: 0, trail: [] }
  expect(complaints(TABLE, undefined, cost)).toEqual(['is not in docs/costs.md'])
})
