// The tokens with which Web PubSub signs in when it brings events: of our tenant, made for us, its identity's and no other's.
// https://learn.microsoft.com/azure/azure-web-pubsub/howto-use-managed-identity
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { Config } from '../config.ts'
import { ChatError } from '../domain/error.ts'

export interface EventTokens {
  /** @throws ChatError `unavailable` while the keys of the tenant cannot be read */
  isFromSender(token: string): Promise<boolean>
}

const KEYS_TIMEOUT_MS = 5_000

export function createEventTokens(events: NonNullable<Config['events']>): EventTokens {
  const { audience, sender, tenantId, authority } = events
  const keys = createRemoteJWKSet(new URL(`${authority}/${tenantId}/discovery/keys`), {
    timeoutDuration: KEYS_TIMEOUT_MS,
  })
  const expected = {
    algorithms: ['RS256'],
    // Version 2.0 of a token, where the application asks for it, has other names for the same issuer and audience.
    issuer: [`https://sts.windows.net/${tenantId}/`, `https://login.microsoftonline.com/${tenantId}/v2.0`],
    audience: [audience, audience.replace(/^api:\/\//, '')],
    requiredClaims: ['exp', 'oid'],
    clockTolerance: 60,
  }
  return {
    async isFromSender(token) {
      try {
        const { payload } = await jwtVerify(token, keys, expected)
        return payload.oid === sender
      } catch (cause) {
        if (cause instanceof errors.JOSEError && !(cause instanceof errors.JWKSTimeout)) return false
        throw new ChatError('unavailable', 'The keys that sign the tokens of Web PubSub cannot be read.', {
          cause,
        })
      }
    },
  }
}
