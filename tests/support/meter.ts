// Counts what a piece of work asks of the database and of Web PubSub, on the wire; what goes by the clock is left out.
import type { Served } from '../../emulators/cosmos/stats.ts'
import type { World } from './world.ts'

export interface Cost {
  /** Requests to the database. Plans of queries are not counted: the SDK asks for one beside each query, at no charge. */
  requests: number
  /** How many of them, until the answer, had to wait for one another. */
  trips: number
  requestUnits: number
  /** Requests to Web PubSub: publishes, and changes of groups. */
  calls: number
  /** What the requests were: `items.read inbox`, in order. */
  trail: string[]
}

export interface MeterOptions {
  /** Requests that other things make meanwhile. */
  ignore?(served: Served): boolean
  /** Nobody asked anything for so long: the work is over, and what it left to do as well. */
  quietMs?: number
  /** Requests to wait for before silence means anything. */
  atLeast?: number
  /** Not how many wait for one another, and so at full speed. */
  together?: boolean
}

const QUIET_MS = 100
/** So long takes every request: what begins sooner after another did not wait for it. */
const TRIP_MS = 20
/** On a busy machine what a request leaves to do may begin late. */
const PATIENCE_MS = 3_000

/** Measures `work` and all that it sets off. */
export async function measure(
  world: World,
  work: () => Promise<unknown>,
  { atLeast = 0, ignore = () => false, quietMs = QUIET_MS, together = false }: MeterOptions = {},
): Promise<Cost> {
  const served: (Served & { at: number })[] = []
  let last = performance.now()
  const end = world.cosmos.stats.watch((one) => {
    if (!one.operation.startsWith('items.') || one.operation === 'items.queryplan') return
    if (isPollOfRevocations(one) || ignore(one)) return
    last = performance.now()
    served.push({ ...one, at: last })
  })
  const callsBefore = world.webPubSub.stats().restRequests
  let calls = callsBefore
  if (!together) world.cosmos.faults.add({ operation: 'items.*', fault: { kind: 'delay', ms: TRIP_MS } })
  await work()
  world.cosmos.faults.clear()
  const done = performance.now()
  for (;;) {
    const now = performance.now()
    if (calls !== world.webPubSub.stats().restRequests) last = now
    calls = world.webPubSub.stats().restRequests
    const isPatient = served.length < atLeast && now - done < PATIENCE_MS
    if (!isPatient && now - Math.max(last, done) >= quietMs) break
    await new Promise((wake) => setTimeout(wake, 5))
  }
  end()
  const requestUnits = served.reduce((sum, one) => sum + one.requestUnits, 0)
  return {
    requests: served.length,
    trips: longestRow(served.flatMap(({ at }) => (at <= done ? [at] : []))),
    requestUnits: Math.round(requestUnits * 10) / 10,
    calls: calls - callsBefore,
    trail: served.map(({ operation, container }) => `${operation.replace('items.', '')} ${container}`),
  }
}

/** As many as can have come one after another, by when they were answered. */
function longestRow(answered: number[]): number {
  let row = 0
  let last = Number.NEGATIVE_INFINITY
  for (const at of answered) {
    // Timers may fire a millisecond early.
    if (at - last < TRIP_MS - 1) continue
    row++
    last = at
  }
  return row
}

/** Each process asks once a second which sessions ended, whoever comes. */
const isPollOfRevocations = ({ container, partition, operation }: Served): boolean =>
  container === 'sessions' && partition === '["*revocations"]' && operation === 'items.query'
