// Time to live. An expired document is absent from every answer at once; a sweep only gives its space back.
import type { Collection } from './collection.ts'
import type { Row, Store } from './store.ts'

/**
 * The Unix second at which a document written at `ts` expires, or null for never.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/time-to-live
 */
export function expiryOf(document: Row, ts: number, defaultTtl: number | undefined): number | null {
  if (defaultTtl === undefined) return null
  const ttl = typeof document.ttl === 'number' ? document.ttl : defaultTtl
  return ttl > 0 ? ts + ttl : null
}

/** The SQL that hides what has expired; binds the present second. Empty where nothing can. */
export function aliveClause(collection: Collection): string {
  return collection.expires ? ' AND (exp IS NULL OR exp > ?)' : ''
}

/** Works out every document's expiry again after the container's default was changed. */
export function recomputeExpiry(store: Store, table: string, defaultTtl: number | undefined): void {
  if (defaultTtl === undefined) {
    store.database.exec(`UPDATE ${table} SET exp = NULL WHERE exp IS NOT NULL`)
    return
  }
  store
    .prepare(
      `UPDATE ${table} SET exp = (
        SELECT CASE WHEN ttl > 0 THEN ts + ttl END FROM (
          SELECT CASE WHEN json_type(body,'$."ttl"') IN ('integer','real') THEN json_extract(body,'$."ttl"') ELSE ? END AS ttl
        ))`,
    )
    .run(defaultTtl)
}
