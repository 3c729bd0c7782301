// The sweep gives back the space of what has expired: documents, and versions past their retention time.
import type { Collection } from '../storage/collection.ts'
import type { Store } from '../storage/store.ts'
import { removeExpired } from './remove-expired.ts'
import { purgeVersions } from './version-log.ts'

/** A limited amount of work, so that nobody waits for it. */
export async function sweep(store: Store, collections: readonly Collection[], now: number): Promise<void> {
  const due = collections.filter(({ expires, retention }) => expires || retention !== undefined)
  if (due.length === 0) return
  await store.write(() => {
    for (const collection of due) {
      if (collection.expires) removeExpired(collection, now)
      purgeVersions(collection, now)
    }
  })
}
