// Keeps containers to their throughput. A container may spend its request units per second, at once or spread out; the
// request that goes over is still served, as in the service, and the debt delays what follows.
import type { Offer } from '../storage/offers.ts'
import { CosmosError } from './errors.ts'

export interface Throttle {
  /** @throws CosmosError 429 with the time to wait, when what was spent is not yet covered. */
  admit(offer: Offer): void
  spend(offer: Offer, requestUnits: number): void
}

/** @param clock Milliseconds. */
export function createThrottle(clock: () => number): Throttle {
  const accounts = new Map<string, { spent: number; at: number }>()
  const settle = ({ resource, throughput, most = throughput }: Offer) => {
    const now = clock()
    const account = accounts.get(resource) ?? { spent: 0, at: now }
    accounts.set(resource, account)
    account.spent = Math.max(0, account.spent - (Math.max(0, now - account.at) / 1000) * most)
    account.at = now
    return { account, most }
  }
  return {
    admit(offer) {
      const { account, most } = settle(offer)
      if (account.spent >= most) throw tooManyRequests(Math.ceil(((account.spent - most) / most) * 1000) + 1)
    },
    spend(offer, requestUnits) {
      settle(offer).account.spent += requestUnits
    },
  }
}

function tooManyRequests(ms: number) {
  const message =
    'Request rate is large. More Request Units may be needed, so no changes were made. Please retry this request later. Learn more: http://aka.ms/cosmosdb-error-429'
  return new CosmosError(429, message, 3200, { headers: { 'x-ms-retry-after-ms': String(ms) } })
}
