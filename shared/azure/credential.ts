import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity'

/** The identity the app runs under in Azure; keys exist only for emulators. */
export function credentialOf({
  managedIdentityClientId: clientId,
}: {
  managedIdentityClientId: string | undefined
}): TokenCredential {
  return clientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId })
}
