// The JSON of the account, of databases and of containers.
import type { Catalog, Database } from '../storage/catalog.ts'
import type { Collection } from '../storage/collection.ts'
import type { Consistency } from './consistency.ts'

/**
 * The account document. Its id must not be `localhost`: the SDK then forgets the locations and reads the account
 * again before every single request.
 */
export function accountJson(endpoint: string, consistency: Consistency): string {
  const location = [{ name: 'Local', databaseAccountEndpoint: endpoint }]
  return JSON.stringify({
    id: 'cosmos-emulator',
    _self: '',
    _rid: 'cosmos-emulator',
    _dbs: '//dbs/',
    media: '//media/',
    addresses: '//addresses/',
    writableLocations: location,
    readableLocations: location,
    enableMultipleWriteLocations: false,
    userReplicationPolicy: { asyncReplication: false, minReplicaSetSize: 1, maxReplicasetSize: 4 },
    userConsistencyPolicy: { defaultConsistencyLevel: consistency },
    systemReplicationPolicy: { minReplicaSetSize: 1, maxReplicasetSize: 4 },
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
    queryEngineConfiguration: JSON.stringify({
      maxSqlQueryInputLength: 262_144,
      maxJoinsPerSqlQuery: 10,
      maxLogicalAndPerSqlQuery: 2000,
      maxLogicalOrPerSqlQuery: 2000,
      maxInExpressionItemsCount: 16_000,
      queryMaxInMemorySortDocumentCount: 500,
      sqlAllowAggregateFunctions: true,
      sqlAllowGroupByClause: true,
      sqlAllowLike: true,
      sqlAllowSubQuery: true,
      sqlAllowTop: true,
    }),
  })
}

export function databaseResource({ id, rid, etag, ts }: Database) {
  return { id, _rid: rid, _self: `dbs/${rid}/`, _etag: etag, _colls: 'colls/', _users: 'users/', _ts: ts }
}

export function containerResource(collection: Collection) {
  return {
    ...collection.definition,
    _rid: collection.rid,
    _ts: collection.ts,
    _self: collection.self,
    _etag: collection.etag,
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  }
}

/** The physical ranges of a container; together they cover all of hash space. */
export function rangesJson({ rid, ranges, ts, etag }: Collection): string {
  const list = ranges.ranges.map((range) => ({
    ...range,
    _rid: rid,
    ridPrefix: Number(range.id),
    throughputFraction: 1 / ranges.ranges.length,
    status: 'online',
    lsn: 0,
    _etag: etag,
    _ts: ts,
  }))
  return JSON.stringify({ _rid: rid, PartitionKeyRanges: list, _count: list.length })
}

export const databaseResources = (catalog: Catalog) => catalog.databases().map(databaseResource)
