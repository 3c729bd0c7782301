// Who reads which range: every host gets an equal share of the leases, taking abandoned ones first and stealing one at a
// time from the host that has the most. The strategy of the change feed processor.
// https://learn.microsoft.com/azure/cosmos-db/nosql/change-feed-processor

/** Milliseconds. `expirationMs` without a sign of life makes a lease anybody's. */
export interface LeaseTimes {
  acquireMs: number
  renewMs: number
  expirationMs: number
}

export const STANDARD_TIMES: LeaseTimes = { acquireMs: 13_000, renewMs: 17_000, expirationMs: 60_000 }

export interface LeaseView {
  id: string
  Owner: string | null
  timestamp: string
}

/**
 * The leases this owner should try to take now; at most one of them belongs to another living owner.
 * `held` are the ids it works on already; `now` in milliseconds since the epoch.
 */
export function chooseLeases<L extends LeaseView>(
  leases: readonly L[],
  owner: string,
  held: ReadonlySet<string>,
  now: number,
  expirationMs: number,
): L[] {
  const free: L[] = []
  const byOwner = new Map<string, L[]>([[owner, []]])
  for (const lease of leases) {
    const expired = Date.parse(lease.timestamp) + expirationMs < now
    const orphaned = lease.Owner === owner && !held.has(lease.id)
    if (lease.Owner === null || orphaned || (expired && lease.Owner !== owner)) free.push(lease)
    else byOwner.set(lease.Owner, [...(byOwner.get(lease.Owner) ?? []), lease])
  }
  const target = Math.ceil(leases.length / byOwner.size)
  const missing = target - byOwner.get(owner)!.length
  if (missing <= 0) return []
  if (free.length > 0) return shuffle(free).slice(0, missing)
  const richest = [...byOwner.values()].reduce((a, b) => (b.length > a.length ? b : a))
  // With one lease missing, only an owner above its own share gives one up; otherwise two hosts would take it in turns.
  return richest.length > target - (missing > 1 ? 1 : 0) ? richest.slice(0, 1) : []
}

/** Hosts that start together should not all reach for the same lease. */
function shuffle<T>(items: T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, item]) => item)
}
