// The key that Blob Storage lends to the app's identity, to sign addresses with. One serves for hours.
// https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
import type { TokenCredential } from '@azure/identity'
import type { UserDelegationKey } from '@azure/storage-blob'
import { ChatError } from '../domain/error.ts'

/** Of the protocol: one that every storage knows, Azurite too, and that has all we need. */
export const STORAGE_VERSION = '2023-11-03'

const KEY_MS = 6 * 3600_000
/** A signature may not outlive its key, nor a clock's error void it. */
const MARGIN_MS = 3600_000
const SKEW_MS = 5 * 60_000

export function createDelegation(endpoint: string, credential: TokenCredential, now: () => number) {
  let known: { key: Promise<UserDelegationKey>; until: number } | undefined
  return {
    /** @throws ChatError `unavailable` */
    key(): Promise<UserDelegationKey> {
      if (known && known.until > now()) return known.key
      const fresh = { key: fetchKey(endpoint, credential, now()), until: now() + KEY_MS - MARGIN_MS }
      known = fresh
      // One that could not be had is asked for again.
      fresh.key.catch(() => {
        if (known === fresh) known = undefined
      })
      return fresh.key
    },
  }
}

async function fetchKey(
  endpoint: string,
  credential: TokenCredential,
  now: number,
): Promise<UserDelegationKey> {
  try {
    const token = await credential.getToken('https://storage.azure.com/.default')
    const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
    const response = await fetch(`${endpoint}/?restype=service&comp=userdelegationkey`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token?.token}`,
        'content-type': 'application/xml',
        'x-ms-version': STORAGE_VERSION,
      },
      body: `<?xml version="1.0" encoding="utf-8"?><KeyInfo><Start>${time(now - SKEW_MS)}</Start><Expiry>${time(now + KEY_MS)}</Expiry></KeyInfo>`,
      signal: AbortSignal.timeout(10_000),
    })
    const xml = await response.text()
    if (!response.ok) throw new Error(`The storage answered ${response.status}: ${xml.slice(0, 300)}`)
    return readKey(xml)
  } catch (cause) {
    throw new ChatError('unavailable', 'The storage is not answering.', { cause })
  }
}

function readKey(xml: string): UserDelegationKey {
  const text = (name: string): string => {
    const value = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1]
    if (value === undefined) throw new Error(`The delegation key has no ${name}.`)
    return value
  }
  return {
    signedObjectId: text('SignedOid'),
    signedTenantId: text('SignedTid'),
    signedStartsOn: new Date(text('SignedStart')),
    signedExpiresOn: new Date(text('SignedExpiry')),
    signedService: text('SignedService'),
    signedVersion: text('SignedVersion'),
    value: text('Value'),
  }
}
