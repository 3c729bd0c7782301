// Cosmos DB bindings by the names they had before version 4 of the extension, which the library still offers.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-cosmosdb-v2
import type { Binding } from './core-types.ts'

const NEW_NAMES: Record<string, string> = {
  connectionStringSetting: 'connection',
  collectionName: 'containerName',
  collectionThroughput: 'containerThroughput',
  leaseConnectionStringSetting: 'leaseConnection',
  leaseCollectionName: 'leaseContainerName',
  leaseCollectionPrefix: 'leaseContainerPrefix',
  leaseCollectionThroughput: 'leasesContainerThroughput',
  leasesCollectionThroughput: 'leasesContainerThroughput',
  createLeaseCollectionIfNotExists: 'createLeaseContainerIfNotExists',
}

/** The binding by the names of today; one that has them is left as it is. */
export function withNewNames(binding: Binding): Binding {
  if (!/^cosmosdb/i.test(binding.type) || binding.collectionName === undefined) return binding
  const members = Object.entries(binding).map(([name, value]) => [NEW_NAMES[name] ?? name, value])
  return { ...(Object.fromEntries(members) as Binding) }
}
