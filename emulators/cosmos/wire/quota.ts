// What a container may hold and what it holds, for a read that asks for it.
import type { Collection } from '../storage/collection.ts'

/** Kilobytes; what the service names for a container, however large it may become. */
const LARGEST = 10 * 1024 * 1024

/** Counts the documents, so it takes as long as there are many. */
export function quotaHeaders({ table, prepare, definition }: Collection): Record<string, string> {
  const row = prepare(`SELECT count(*) AS documents, total(octet_length(body)) AS bytes FROM ${table}`).get()
  const kilobytes = Math.ceil(Number(row?.bytes) / 1024)
  const scripts = 'functions=0;storedProcedures=0;triggers=0'
  return {
    'x-ms-resource-quota': `documentSize=10240;documentsSize=${LARGEST};documentsCount=-1;collectionSize=${LARGEST};`,
    'x-ms-resource-usage': `${scripts};documentSize=0;documentsSize=${kilobytes};documentsCount=${Number(row?.documents)};collectionSize=${kilobytes};`,
    'x-ms-documentdb-collection-index-transformation-progress': '100',
    ...(definition.indexingPolicy.indexingMode === 'lazy' && {
      'x-ms-documentdb-collection-lazy-indexing-progress': '100',
    }),
  }
}
