// Microsoft Entra tokens of REST callers, for the audience of Web PubSub.
// https://learn.microsoft.com/azure/azure-web-pubsub/concept-azure-ad-authorization
import type { Clock } from '../kit/clock.ts'
import { createEntra as createVerifier, type EntraOptions } from '../kit/entra.ts'
import type { Log } from '../kit/log.ts'

const AUDIENCE = 'https://webpubsub.azure.com'

/** Whether a token is valid. It does not throw: an issuer that cannot be reached makes no token valid. */
export type VerifyEntra = (token: string) => Promise<boolean>

/** @throws Error when the keys are neither a key set nor an http(s) URL. */
export function createEntra(options: EntraOptions, clock: Clock, log: Log): VerifyEntra {
  const verify = createVerifier(options, clock)
  return async (token) => {
    try {
      await verify(token, [AUDIENCE])
      return true
    } catch (error) {
      log('info', 'Entra token refused', { reason: error instanceof Error ? error.message : String(error) })
      return false
    }
  }
}
