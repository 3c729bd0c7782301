// Deletes all documents of a partition key. The service does so in the background, and hides them at once; here it is done at once.
import { removeExpired } from './remove-expired.ts'
import { deleteDocument, type WriteScope } from './write.ts'

/** @returns How many there were. */
export function deletePartition(scope: WriteScope): number {
  const { collection, pk } = scope
  if (collection.expires) removeExpired(collection, scope.now, pk)
  const rows = collection.prepare(`SELECT id FROM ${collection.table} WHERE pk = ?`).all(pk)
  for (const { id } of rows) deleteDocument(scope, String(id))
  return rows.length
}
