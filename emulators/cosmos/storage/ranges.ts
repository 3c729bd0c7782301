// The physical ranges of a container: how hash space is cut, and where a partition key falls. Fixed at creation.
import type { KeyValue } from '../items/partition-key.ts'
import { notImplemented } from '../wire/errors.ts'
import { hashKey } from './epk.ts'

export interface Range {
  id: string
  minInclusive: string
  maxExclusive: string
}

export interface RangeMap {
  readonly list: readonly Range[]
  /** The index in `list` of the range that holds a complete partition key. */
  of(key: readonly KeyValue[]): number
}

/**
 * Cuts hash space into `count` equal ranges.
 * @throws CosmosError 501 for several ranges over a version 1 partition key.
 */
export function createRangeMap(count: number, key: { kind: string; version?: number | undefined }): RangeMap {
  if (count > 1 && key.kind === 'Hash' && key.version !== 2) {
    throw notImplemented('several physical ranges for a version 1 partition key')
  }
  // The two top bits of a hash are always clear, so the space ends at 40…
  const cuts = Array.from({ length: count - 1 }, (_, i) =>
    Math.floor((0x4000 * (i + 1)) / count)
      .toString(16)
      .toUpperCase()
      .padStart(4, '0'),
  )
  const list = [...cuts, 'FF'].map((maxExclusive, i) => ({
    id: String(i),
    minInclusive: i === 0 ? '' : cuts[i - 1]!,
    maxExclusive,
  }))
  return {
    list,
    of(values) {
      if (count === 1) return 0
      // Of a hierarchical key the first level's hash comes first, and a cut is shorter than any hash.
      const epk = key.kind === 'MultiHash' ? hashKey(values.slice(0, 1)) : hashKey(values)
      return cuts.filter((cut) => cut <= epk).length
    },
  }
}
