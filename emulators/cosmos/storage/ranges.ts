// The physical ranges of a container: how hash space is cut, where a partition key falls, and how a range is split in two.
// A range's id is never given out again, so whoever holds the id of a range that was split finds out.
import { badRequest } from '../wire/errors.ts'
import { effectiveKeyOf, type HashKind } from './epk.ts'
import { numberKey } from './epk-v1.ts'

export interface Range {
  /** A number in decimal digits; documents are stored with it. */
  id: string
  minInclusive: string
  maxExclusive: string
  /** The ids of the ranges this one came from, oldest first. */
  parents: string[]
}

/** The ranges in the order of hash space, without gaps, and the number of ids given out so far. */
export interface Layout {
  ranges: readonly Range[]
  next: number
}

export interface RangeMap extends Layout {
  readonly kind: HashKind
  /** The range that holds a complete partition key, given as its canonical text. */
  of(pk: string): Range
  /** The number documents of the range are stored with; undefined when there is no such range. */
  find(id: string): Range | undefined
}

/** Cuts hash space into `count` equal ranges. */
export function evenLayout(count: number, kind: HashKind): Layout {
  const cuts = Array.from({ length: count - 1 }, (_, i) =>
    kind === 'v1'
      ? numberKey(Math.floor((2 ** 32 * (i + 1)) / count))
      : // The two top bits of a hash are always clear, so the space ends at 40…
        Math.floor((0x4000 * (i + 1)) / count)
          .toString(16)
          .toUpperCase()
          .padStart(4, '0'),
  )
  const ranges = [...cuts, 'FF'].map((maxExclusive, i) => ({
    id: String(i),
    minInclusive: i === 0 ? '' : cuts[i - 1]!,
    maxExclusive,
    parents: [],
  }))
  return { ranges, next: count }
}

export function createRangeMap(layout: Layout, kind: HashKind): RangeMap {
  const { ranges } = layout
  const only = ranges.length === 1 ? ranges[0]! : undefined
  const byId = new Map(ranges.map((range) => [range.id, range]))
  return {
    ...layout,
    kind,
    find: (id) => byId.get(id),
    of(pk) {
      if (only) return only
      const point = effectiveKeyOf(kind, pk)
      return ranges.find(({ maxExclusive }) => point < maxExclusive) ?? ranges.at(-1)!
    },
  }
}

/**
 * The layout after the range was split in the middle; two new ranges take its place.
 * @throws CosmosError 400 for a range too small to be split, or none.
 */
export function splitLayout({ ranges, next }: Layout, kind: HashKind, id: string): Layout {
  const index = ranges.findIndex((range) => range.id === id)
  const parent = ranges[index]
  if (!parent) throw badRequest(`There is no partition key range '${id}' to split.`)
  const cut = kind === 'v1' ? middleV1(parent) : middle(parent)
  if (cut <= parent.minInclusive || cut >= parent.maxExclusive) {
    throw badRequest(`The partition key range '${id}' is too small to be split.`)
  }
  const parents = [...parent.parents, id]
  const halves = [
    { id: String(next), minInclusive: parent.minInclusive, maxExclusive: cut, parents },
    { id: String(next + 1), minInclusive: cut, maxExclusive: parent.maxExclusive, parents },
  ]
  return { ranges: ranges.toSpliced(index, 1, ...halves), next: next + 2 }
}

function middle({ minInclusive, maxExclusive }: Range): string {
  const number = (digits: string) => BigInt(`0x${digits.slice(0, 32).padEnd(32, '0')}`)
  const end = maxExclusive === 'FF' ? '40' : maxExclusive
  const cut = ((number(minInclusive) + number(end)) / 2n).toString(16).toUpperCase().padStart(32, '0')
  // Short while it can be: `20`, not `2000…`.
  return cut.replace(/(00)+$/, '') || '00'
}

function middleV1({ minInclusive, maxExclusive }: Range): string {
  const from = minInclusive === '' ? 0 : firstAt(minInclusive)
  const to = maxExclusive === 'FF' ? 2 ** 32 : firstAt(maxExclusive)
  return numberKey(Math.floor((from + to) / 2))
}

/** The smallest 32-bit hash whose digits are not below the point. */
function firstAt(point: string): number {
  let low = 0
  let high = 2 ** 32
  while (low < high) {
    const half = Math.floor((low + high) / 2)
    if (numberKey(half) < point) low = half + 1
    else high = half
  }
  return low
}
