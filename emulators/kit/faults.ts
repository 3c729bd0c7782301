// Fault injection, the same for every emulator: rules match an operation by name and say what goes wrong with it.
// Rules come from tests in the process (`faults.add`) or over HTTP (`POST /_emulator/faults`).

/** What goes wrong. `before` the operation nothing has happened yet; `after` it has been carried out and stored. */
export type Fault =
  | { kind: 'delay'; ms: number }
  | { kind: 'drop' } // cut the connection before the operation
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: unknown } // answer this instead
  | { kind: 'lose-answer' } // carry it out, then cut the connection
  | { kind: 'half-answer' } // carry it out, send half of the body, then cut
  | { kind: 'kill'; step?: string } // end the process as `kill -9` would, at the named step

export interface FaultRule {
  /** Operation name, `*` for all; a trailing `*` matches a prefix. */
  operation: string
  fault: Fault
  /** How many times the rule fires; endless when absent. */
  count?: number
  /** How many matching calls pass before it starts to fire. */
  skip?: number
  /** Chance per matching call, 0 to 1; always when absent. Drawn from the seeded generator. */
  probability?: number
}

export interface Faults {
  add(rule: FaultRule): void
  clear(): void
  list(): readonly FaultRule[]
  /** The fault that befalls this call of the operation, if any. Counts the rule down. */
  take(operation: string): Fault | undefined
  /** Marks a named step inside an operation: a `kill` rule for it ends the process here. */
  step(operation: string, step: string): void
}

export function createFaults(seed = 1): Faults {
  const random = mulberry32(seed)
  let rules: (FaultRule & { left: number; passes: number })[] = []
  const fires = (rule: (typeof rules)[number]): boolean => {
    if (rule.left <= 0) return false
    if (rule.passes > 0) {
      rule.passes--
      return false
    }
    if (rule.probability !== undefined && random() >= rule.probability) return false
    rule.left--
    return true
  }
  return {
    add(rule) {
      rules.push({ ...rule, left: rule.count ?? Number.POSITIVE_INFINITY, passes: rule.skip ?? 0 })
    },
    clear() {
      rules = []
    },
    list: () => rules,
    take(operation) {
      for (const rule of rules) {
        if (!matches(rule.operation, operation)) continue
        if (rule.fault.kind === 'kill' && rule.fault.step !== undefined) continue
        if (!fires(rule)) continue
        if (rule.fault.kind === 'kill') process.kill(process.pid, 'SIGKILL')
        return rule.fault
      }
      return undefined
    },
    step(operation, step) {
      for (const rule of rules) {
        if (rule.fault.kind !== 'kill' || rule.fault.step !== step || !matches(rule.operation, operation))
          continue
        if (fires(rule)) process.kill(process.pid, 'SIGKILL')
      }
    },
  }
}

function matches(pattern: string, operation: string): boolean {
  if (pattern.endsWith('*')) return operation.startsWith(pattern.slice(0, -1))
  return pattern === operation
}

/** A small seeded generator, so that a failing run can be repeated: https://github.com/cprosche/mulberry32 */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
