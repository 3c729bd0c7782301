import * as z from 'zod'
import { timeOut, userOut } from './things.ts'

export const signedInOut = z
  .object({ user: userOut, accessToken: z.string(), refreshToken: z.string(), expiresAt: timeOut })
  .meta({ id: 'SignedIn' })

export const jwksOut = z
  .object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) })
  .meta({ id: 'JwkSet', description: 'https://www.rfc-editor.org/rfc/rfc7517' })

export const negotiatedOut = z
  .object({ url: z.string(), hub: z.string(), protocol: z.string(), expiresAt: timeOut })
  .meta({ id: 'Negotiated' })

export const healthOut = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    version: z.string(),
    services: z.record(
      z.string(),
      z.object({ status: z.enum(['ok', 'unavailable']), latencyMs: z.number() }),
    ),
  })
  .meta({ id: 'Health' })
