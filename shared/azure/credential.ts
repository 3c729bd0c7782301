import { getBearerTokenProvider, ManagedIdentityCredential, type TokenCredential } from '@azure/identity'

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

/** Tokens for Azure's model services, each good when it is given. */
export const modelTokens = (credential: TokenCredential): (() => Promise<string>) =>
  getBearerTokenProvider(credential, 'https://cognitiveservices.azure.com/.default')
