// One Cosmos client per connection string, made when a function first needs it.
import type { CosmosClient } from '@azure/cosmos'

export interface CosmosClients {
  client(connectionString: string): Promise<CosmosClient>
  dispose(): void
}

export function createCosmosClients(userAgentSuffix: string | undefined): CosmosClients {
  const clients = new Map<string, CosmosClient>()
  return {
    async client(connectionString) {
      const known = clients.get(connectionString)
      if (known) return known
      const { CosmosClient } = await import('@azure/cosmos')
      const { endpoint, key } = parseConnection(connectionString)
      // With endpoint discovery an unreachable account is retried inside the SDK for two minutes, unseen and unstoppable.
      const client = new CosmosClient({
        endpoint,
        key,
        connectionPolicy: { enableEndpointDiscovery: false },
        ...(userAgentSuffix !== undefined && { userAgentSuffix }),
      })
      clients.set(connectionString, client)
      return client
    },
    dispose() {
      for (const client of clients.values()) client.dispose()
    },
  }
}

/** @throws Error when the endpoint or the key is missing. */
export function parseConnection(text: string): { endpoint: string; key: string } {
  const parts = new Map(
    text.split(';').map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()]
    }),
  )
  const endpoint = parts.get('accountendpoint')
  const key = parts.get('accountkey')
  if (!endpoint || !key)
    throw new Error('A Cosmos DB connection string needs AccountEndpoint and AccountKey.')
  return { endpoint, key }
}
