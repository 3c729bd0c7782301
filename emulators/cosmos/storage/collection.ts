// A container as the operations see it: its definition, worked out once, its counters and its table.
import type { StatementSync } from 'node:sqlite'
import { splitPath } from '../items/partition-key.ts'
import { type Computed, parseComputed } from '../query/computed.ts'
import { type Distance, toDistance } from '../query/distances.ts'
import { openPostings, type Postings } from '../text/postings.ts'
import type { ContainerDefinition } from './definition.ts'
import { hashKind } from './epk.ts'
import { createIndexedPaths, type IndexedPaths } from './indexed-paths.ts'
import { createRangeMap, evenLayout, type Layout, type RangeMap } from './ranges.ts'
import { containerRid, databaseRid, documentRids } from './rid.ts'
import type { Store } from './store.ts'
import { createIndexes, type Indexes } from './table.ts'

export interface ContainerRow {
  number: number
  owner: number
  id: string
  etag: string
  ts: number
  definition: string
  /** How many ranges it was created with. */
  ranges: number
  lsn: number
  next: number
}

export interface Collection {
  readonly number: number
  readonly owner: number
  readonly databaseId: string
  readonly rid: string
  /** `dbs/<rid>/colls/<rid>/` */
  readonly self: string
  /** The SQL name of the table of documents. */
  readonly table: string
  id: string
  etag: string
  ts: number
  definition: ContainerDefinition
  keyPaths: string[][]
  uniqueKeys: string[][][]
  indexed: IndexedPaths
  indexes: Indexes
  ranges: RangeMap
  /** The full-text index. */
  postings: Postings
  /** The SQL name of the table of all versions and deletes. */
  readonly log: string
  /** For how many seconds all versions and deletes are kept; absent where they are not. */
  retention: number | undefined
  /** How vectors are compared, by path. */
  embeddings: ReadonlyMap<string, Distance>
  /** Places are in flat space, not on the globe. */
  flat: boolean
  /** The computed properties. */
  computed: Computed | undefined
  /** Whether items can expire at all. */
  expires: boolean
  /** The number of the last transaction. Never goes back, not even over a restart. */
  lsn: number
  /** The number of the next document. */
  next: number
  /** The counters differ from what is stored. */
  dirty: boolean
  documentRid(document: number): string
  prepare(sql: string): StatementSync
}

/** @param layout How its ranges are cut, where they were split since its creation. */
export function toCollection(
  store: Store,
  databaseId: string,
  row: ContainerRow,
  layout?: Layout,
): Collection {
  const table = `docs_${row.number}`
  const definition = JSON.parse(row.definition) as ContainerDefinition
  const kind = hashKind(definition.partitionKey)
  const collection: Collection = {
    number: row.number,
    owner: row.owner,
    databaseId,
    rid: containerRid(row.owner, row.number),
    self: `dbs/${databaseRid(row.owner)}/colls/${containerRid(row.owner, row.number)}/`,
    table,
    log: `log_${row.number}`,
    id: row.id,
    etag: row.etag,
    ts: row.ts,
    definition,
    ...derived(definition),
    indexes: createIndexes(store, table),
    postings: openPostings(store, row.number, textPaths(definition)),
    ranges: createRangeMap(layout ?? evenLayout(row.ranges, kind), kind),
    lsn: row.lsn,
    next: row.next,
    dirty: false,
    documentRid: documentRids(row.owner, row.number),
    prepare: store.prepare,
  }
  return collection
}

/** The paths of the full-text indexes. */
export const textPaths = ({ indexingPolicy }: ContainerDefinition) =>
  (indexingPolicy.fullTextIndexes ?? []).map(({ path = '' }) => splitPath(path))

/** What follows from a definition alone; to be merged in again when the definition is replaced. */
export function derived(definition: ContainerDefinition) {
  return {
    keyPaths: definition.partitionKey.paths.map(splitPath),
    uniqueKeys: (definition.uniqueKeyPolicy?.uniqueKeys ?? []).map((key) => key.paths.map(splitPath)),
    indexed: createIndexedPaths(definition.indexingPolicy),
    embeddings: new Map(
      (definition.vectorEmbeddingPolicy?.vectorEmbeddings ?? []).map(({ path, distanceFunction }) => [
        path,
        toDistance(distanceFunction)!,
      ]),
    ),
    flat: definition.geospatialConfig?.type === 'Geometry',
    computed: parseComputed(definition.computedProperties ?? []),
    expires: definition.defaultTtl !== undefined,
    retention: (definition.changeFeedPolicy?.retentionDuration ?? 0) * 60 || undefined,
  }
}
