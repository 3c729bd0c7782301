// Who may call: anybody with a valid token for Key Vault. Without one, the 401 that tells where to get it.
// https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
import { errors } from 'jose'
import { VaultError } from './errors.ts'
import { ISSUER, TENANT_ID, type TokenIssuer } from './tokens.ts'

export const VAULT_RESOURCE = 'https://vault.azure.net'
/** Key Vault's application id, which is as good an audience. */
const VAULT_APPLICATION = 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093'

/** @throws VaultError 401 with the challenge */
export async function authenticate(authorization: string | undefined, issuer: TokenIssuer): Promise<void> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) throw unauthorized('AKV10000: Request is missing a Bearer or PoP token.')
  const claims = await issuer.verify(token).catch((error) => {
    throw unauthorized(reason(error))
  })
  if (claims.issuer !== ISSUER) {
    throw unauthorized(`AKV10032: Invalid issuer. Expected one of ${ISSUER}, found ${claims.issuer}.`)
  }
  if (claims.audience !== VAULT_RESOURCE && claims.audience !== VAULT_APPLICATION) {
    throw unauthorized(`AKV10022: Invalid audience. Expected ${VAULT_RESOURCE}, found: ${claims.audience}.`)
  }
}

function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired)
    return '[TokenExpired] Error validating token: its lifetime is over.'
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return 'AKV10046: Unable to resolve the key used for signature validation.'
  return `Error validating token: ${error instanceof errors.JOSEError ? error.message : 'it is not a JWT'}.`
}

function unauthorized(message: string): VaultError {
  const challenge = `Bearer authorization="https://login.windows.net/${TENANT_ID}", resource="${VAULT_RESOURCE}"`
  return new VaultError(401, 'Unauthorized', message, { headers: { 'www-authenticate': challenge } })
}
