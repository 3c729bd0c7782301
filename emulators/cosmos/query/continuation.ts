// Continuation tokens. They name the last row sent by its sort keys, not by a count, so rows that are
// inserted or deleted meanwhile neither repeat nor hide others. Always below 1 KB.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { badRequest, notImplemented } from '../wire/errors.ts'

const schema = z.object({
  /** Identifies the query the token belongs to. */
  q: z.string(),
  /** Type rank and value of each sort key of the last row sent. */
  k: z.array(z.tuple([z.number(), z.union([z.string(), z.number()])])).default([]),
  /** The number of that row's document. */
  n: z.number().default(0),
  /** Results of that document that were already sent. */
  j: z.number().default(0),
  /** Results skipped for OFFSET and taken for TOP or LIMIT so far. */
  s: z.number().default(0),
  t: z.number().default(0),
  /** Results already sent, for queries that are evaluated whole. */
  o: z.number().default(0),
})

export type Continuation = z.output<typeof schema>

const LIMIT = 1024

/** Ties tokens to one query text and its parameters. */
export function fingerprint(query: string, parameters: ReadonlyMap<string, unknown>): string {
  return createHash('sha1')
    .update(JSON.stringify([query, [...parameters]]))
    .digest('base64url')
    .slice(0, 8)
}

/** @throws CosmosError 400 for a token that is not one, or of another query. */
export function parseContinuation(token: string, query: string): Continuation {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  } catch {
    throw invalid()
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success || parsed.data.q !== query) throw invalid()
  return parsed.data
}

const invalid = () => badRequest('Invalid Continuation Token')

/** @throws CosmosError 501 when the sort keys are too long for a token. */
export function formatContinuation(next: Partial<Continuation> & { q: string }): string {
  const token = Buffer.from(JSON.stringify(next)).toString('base64url')
  if (token.length > LIMIT) throw notImplemented('paging in the order of strings longer than about 600 bytes')
  return token
}
