// The `connect` event: what the service asks, and how the answer changes the connection-to-be.
import { z } from 'zod'
import { isGroupName } from '../names.ts'

export interface ConnectRequest {
  claims: Record<string, string[]>
  query: Record<string, string[]>
  headers: Record<string, string[]>
  subprotocols: string[]
  clientCertificates: never[]
}

/** `status` 200 lets the client in; anything else is what it gets before the upgrade. */
export interface ConnectAnswer {
  status: number
  userId?: string | undefined
  groups?: string[] | undefined
  roles?: string[] | undefined
  subprotocol?: string | undefined
}

const answerSchema = z
  .object({
    userId: z.string().nullish(),
    groups: z.array(z.string().refine(isGroupName)).nullish(),
    roles: z.array(z.string()).nullish(),
    subprotocol: z.string().nullish(),
  })
  .nullable()

/** Parses the body of a 2xx answer; an empty one or `null` keeps the token's values, a malformed one is a 500. */
export function parseConnectAnswer(body: Buffer): ConnectAnswer {
  if (body.length === 0) return { status: 200 }
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch {
    return { status: 500 }
  }
  const parsed = answerSchema.safeParse(json)
  if (!parsed.success) return { status: 500 }
  const { userId, groups, roles, subprotocol } = parsed.data ?? {}
  return {
    status: 200,
    userId: userId ?? undefined,
    groups: groups ?? undefined,
    roles: roles ?? undefined,
    subprotocol: subprotocol ?? undefined,
  }
}
