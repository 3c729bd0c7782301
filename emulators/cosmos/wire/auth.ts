// Authorization by master key or Entra token. Guarantees that a request signed with another key, or not at all, is refused with 401.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { VerifyEntra } from './entra.ts'
import { CosmosError } from './errors.ts'

/** The key of Microsoft's own emulator; public on purpose: https://learn.microsoft.com/azure/cosmos-db/emulator#authentication */
export const EMULATOR_KEY =
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='

export interface SignedRequest {
  verb: string
  /** `docs`, `colls`, …; empty for the account. */
  resourceType: string
  /** Decoded names without a leading slash: the resource itself, or the parent for a feed. */
  resourceLink: string
  date: string
  authorization: string
  /** Name and port the request was sent to. */
  host: string
}

export interface Keys {
  master: Buffer
  entra?: VerifyEntra
}

/**
 * Checks the token `type=master&ver=1.0&sig=…` of a request, or `type=aad&…`, which takes a promise.
 * https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources
 * @throws CosmosError 401 when it is missing or does not match.
 */
export function authorize({ master, entra }: Keys, request: SignedRequest): Promise<void> | undefined {
  const token = new URLSearchParams(decodeToken(request.authorization))
  const type = token.get('type')
  if (type === 'aad') {
    if (entra) return entra(token.get('sig') ?? '', request.host)
    throw unauthorized(
      'This account takes no Microsoft Entra tokens: it was started without the keys of an issuer.',
    )
  }
  if (type !== 'master') throw unauthorized('Required Header authorization is missing. Ensure a valid token.')
  const text = `${request.verb.toLowerCase()}\n${request.resourceType.toLowerCase()}\n${request.resourceLink}\n${request.date.toLowerCase()}\n\n`
  const expected = createHmac('sha256', master).update(text, 'utf8').digest()
  // A base64 `+` arrives as a space when the client did not encode the token.
  const given = Buffer.from((token.get('sig') ?? '').replaceAll(' ', '+'), 'base64')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw unauthorized(
      'The input authorization token cannot serve the request. The wrong key is being used or the expected payload is not built as per the protocol.',
    )
  }
  return undefined
}

const unauthorized = (message: string) => new CosmosError(401, message)

function decodeToken(header: string): string {
  try {
    return decodeURIComponent(header).replaceAll('+', '%2B')
  } catch {
    throw unauthorized('The authorization header is not URL-encoded.')
  }
}
