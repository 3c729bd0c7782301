// The request-unit model: deterministic and documented in the README, fitted to the figures Microsoft publishes
// (https://learn.microsoft.com/azure/cosmos-db/understand-request-unit-consumption). A model, not a promise of a bill.
import type { Collection } from '../storage/collection.ts'
import type { Row } from '../storage/store.ts'

/** Units at 1, 2, 4, 16 and 128 KB; linear in between, flat below, and on along the last slope above. */
type Curve = readonly (readonly [kilobytes: number, units: number])[]

const READ: Curve = [
  [1, 1],
  [2, 1.04],
  [4, 1.14],
  [16, 1.67],
  [128, 9.95],
]
const WRITE: Curve = [
  [1, 4.95],
  [2, 6.29],
  [4, 6.67],
  [16, 9.52],
  [128, 48.19],
]
const PER_INDEXED_PATH = 0.25
const PER_UNIQUE_KEY = 0.1

/** Anything refused: 404, 409, 412 and the like. */
export const FAILURE_CHARGE = 1.24

/** Reading one document of so many bytes by its id; doubled under strong or bounded-staleness consistency. */
export function readCharge(bytes: number, strong: boolean): number {
  return round(onCurve(READ, bytes) * (strong ? 2 : 1))
}

/** Creating a document; replacing one (`replaces`) costs twice that, for its old index terms are taken out too. */
export function writeCharge(collection: Collection, document: Row, bytes: number, replaces: boolean): number {
  const insert =
    onCurve(WRITE, bytes) +
    PER_INDEXED_PATH * (collection.indexed.count(document) + collection.postings.texts(document)) +
    PER_UNIQUE_KEY * collection.uniqueKeys.length
  return round(replaces ? 2 * insert : insert)
}

/** A query: a floor, then per document looked at, per document returned and per KB returned. */
export function queryCharge(examined: number, returned: number, bytes: number, strong: boolean): number {
  return round((2.3 + 0.01 * examined + 0.03 * returned + 0.02 * (bytes / 1024)) * (strong ? 2 : 1))
}

/** A page of the change feed: never less than 1, so an idle poll is not free. */
export function feedCharge(returned: number, bytes: number, strong: boolean): number {
  return round((1 + 0.03 * returned + 0.02 * (bytes / 1024)) * (strong ? 2 : 1))
}

export const round = (units: number) => Math.round(units * 100) / 100

function onCurve(curve: Curve, bytes: number): number {
  const kilobytes = bytes / 1024
  if (kilobytes <= curve[0]![0]) return curve[0]![1]
  let i = 1
  while (i < curve.length - 1 && kilobytes > curve[i]![0]) i++
  const [x0, y0] = curve[i - 1]!
  const [x1, y1] = curve[i]!
  return y0 + ((kilobytes - x0) * (y1 - y0)) / (x1 - x0)
}
