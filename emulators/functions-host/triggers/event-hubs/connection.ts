// Where an Event Hubs trigger reads: a connection string, or a namespace and an identity.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-hubs-trigger#connections
import type { TokenCredential } from '@azure/identity'
import { findConnection, findSetting } from '../../app/settings.ts'

export type HubConnection =
  | { connectionString: string; hub: string }
  | { namespace: string; hub: string; credential: () => Promise<TokenCredential> }

/**
 * The hub a binding names; an `EntityPath` in the connection string wins.
 * @throws Error naming the setting that is missing or not valid.
 */
export function hubConnection(name: string, eventHubName: string): HubConnection {
  const connectionString = findConnection(name)
  if (connectionString !== undefined) {
    const { endpoint, entitypath } = members(connectionString)
    if (!endpoint) throw new Error(`the app setting "${name}" is no connection string: it has no Endpoint.`)
    return { connectionString, hub: entitypath ?? eventHubName }
  }
  const namespace = findSetting(`${name}__fullyQualifiedNamespace`)
  if (namespace === undefined) {
    throw new Error(
      `the app setting "${name}" with a connection string, or "${name}__fullyQualifiedNamespace", is missing.`,
    )
  }
  const kind = findSetting(`${name}__credential`)
  if (kind !== undefined && kind.toLowerCase() !== 'managedidentity') {
    throw new Error(`"${name}__credential" is "${kind}": this host knows "managedidentity" only.`)
  }
  const clientId = findSetting(`${name}__clientId`)
  return {
    namespace,
    hub: eventHubName,
    async credential() {
      const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity')
      if (kind === undefined) return new DefaultAzureCredential()
      return clientId === undefined
        ? new ManagedIdentityCredential()
        : new ManagedIdentityCredential({ clientId })
    },
  }
}

/** The members of a connection string, their names in lower case. */
function members(connectionString: string): Record<string, string | undefined> {
  const pairs = connectionString.split(';').map((part) => {
    const equals = part.indexOf('=')
    return [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim()]
  })
  return Object.fromEntries(pairs) as Record<string, string | undefined>
}
