// Access tokens under keys that change while the app runs. A process that does not know a token's key asks once whether
// there is a newer one: another process may have signed with it already.
import { errors, type JWK } from 'jose'
import { ChatError } from '../../domain/error.ts'
import { createTokenIssuer, type FixedIssuer, type PrivateKey, type TokenIssuer } from './access-token.ts'

/**
 * The keys in use, the one that signs first; the same array as long as they are the same. With `refresh` the answer is
 * as new as can be had without asking too often.
 */
export type SigningKeys = (refresh?: boolean) => Promise<PrivateKey[]>

export interface RotatingIssuer extends TokenIssuer {
  publicKeys(): Promise<{ keys: JWK[] }>
}

export function createRotatingIssuer(keys: SigningKeys, issuer: string): RotatingIssuer {
  let known: { keys: PrivateKey[]; issuer: FixedIssuer } | undefined
  async function current(refresh = false): Promise<FixedIssuer> {
    const found = await keys(refresh)
    if (known?.keys !== found) known = { keys: found, issuer: createTokenIssuer(found, issuer) }
    return known.issuer
  }
  return {
    sign: async (actor, nowMs) => (await current()).sign(actor, nowMs),
    publicKeys: async () => (await current()).publicKeys(),
    async verify(token, nowMs) {
      const before = await current()
      try {
        return await before.verify(token, nowMs)
      } catch (error) {
        if (!(error instanceof ChatError) || !(error.cause instanceof errors.JWKSNoMatchingKey)) throw error
        const now = await current(true)
        if (now === before) throw error
        return now.verify(token, nowMs)
      }
    },
  }
}
