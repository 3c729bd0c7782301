// A deletion and a recovery take the service a while, in which the secret is neither here nor there: clients poll for
// the end. Kept in memory only, so a restart ends whatever was under way.

export type Change = 'deletion' | 'recovery'

export interface Settling {
  begin(name: string, change: Change): void
  /** What is under way with the secret of that name. */
  of(name: string): Change | undefined
}

export function createSettling(milliseconds: number): Settling {
  const underWay = new Map<string, { change: Change; until: number }>()
  return {
    begin(name, change) {
      if (milliseconds > 0)
        underWay.set(name.toLowerCase(), { change, until: performance.now() + milliseconds })
    },
    of(name) {
      const found = underWay.get(name.toLowerCase())
      if (found && performance.now() < found.until) return found.change
      underWay.delete(name.toLowerCase())
      return undefined
    },
  }
}
