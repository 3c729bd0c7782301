// `node bench/scale.ts [--write]`: how far the design goes, by simulation. Load grows by steps until something is at its limit; what
// lifts that limit is done, and it grows on, up to a million connections. load.ts says what can be short.
import { put } from '../infra/cost/document.ts'
import { BOTS, GIANT, type Limits, resourcesAt, type Shape, SMALL, START } from './load.ts'

export const GOAL = { connections: 1_000_000, messagesPerSecond: 100_000 }

export interface Bottleneck {
  connections: number
  messagesPerSecond: number
  what: string
  remedy: string
}

/** Grows the load to the goal. What has no remedy is noted and passed over. */
export function simulate(shape: Shape = SMALL): { bottlenecks: Bottleneck[]; limits: Limits } {
  const bottlenecks: Bottleneck[] = []
  const passed = new Set<string>()
  let limits = START
  for (let connections = 100; connections <= GOAL.connections; connections = grown(connections)) {
    for (;;) {
      const short = resourcesAt(connections, limits, shape)
        .filter(({ name, demand, capacity }) => demand > capacity && !passed.has(name))
        .sort((one, other) => other.demand / other.capacity - one.demand / one.capacity)[0]
      if (!short) break
      if (!short.remedy) passed.add(short.name)
      bottlenecks.push({
        connections,
        messagesPerSecond: connections * shape.messagesPerConnection,
        what: short.name,
        remedy: short.remedy?.what ?? 'nothing: the chat is as fast as its partition',
      })
      limits = short.remedy?.limits ?? limits
    }
    if (connections === GOAL.connections) break
  }
  return { bottlenecks, limits }
}

const grown = (connections: number): number =>
  Math.min(GOAL.connections, Math.ceil((connections * 1.05) / 100) * 100)

const number = (value: number): string =>
  value < 10 ? String(Math.round(value * 10) / 10) : Math.round(value).toLocaleString('en-US')

/** A table of docs/operations.md: remedies of the same kind against the same shortage are one line. */
export function table(shape: Shape = SMALL): string {
  const { bottlenecks } = simulate(shape)
  const lines = bottlenecks.filter(
    ({ what, remedy }, index) =>
      !bottlenecks
        .slice(0, index)
        .some((before) => before.what === what && kind(before.remedy) === kind(remedy)),
  )
  return [
    '| from connections | messages a second | what is short | what lifts it |',
    '| ---: | ---: | --- | --- |',
    ...lines.map(
      ({ connections, messagesPerSecond, what, remedy }) =>
        `| ${number(connections)} | ${number(messagesPerSecond)} | ${what} | ${remedy} |`,
    ),
  ].join('\n')
}

const kind = (remedy: string): string =>
  remedy.replace(/^\d+ (services|function apps)/, 'several $1').replace(/^Premium P2.*/, 'Premium P2')

/** What a million connections take, for each shape, in the end. */
export function goals(): string {
  const shapes = [SMALL, GIANT, BOTS].map((shape) => ({ shape, ...simulate(shape) }))
  const row = (name: string, of: (one: (typeof shapes)[number]) => string): string =>
    `| ${[name, ...shapes.map(of)].join(' | ')} |`
  const load = (limits: Limits, shape: Shape, name: string): number =>
    resourcesAt(GOAL.connections, limits, shape).find((one) => one.name === name)!.demand
  return [
    row('1,000,000 connections', ({ shape }) => shape.name),
    `| --- |${' ---: |'.repeat(shapes.length)}`,
    row('messages a second', ({ shape }) => number(GOAL.connections * shape.messagesPerConnection)),
    row('short first, beside connections', ({ bottlenecks }) => secondOf(bottlenecks)),
    row('services of Web PubSub', ({ limits }) => String(limits.services)),
    row('units in each', ({ limits }) => number(limits.unitsPerService)),
    row('RU/s', ({ limits, shape }) => number(load(limits, shape, 'Cosmos DB: request units'))),
    row('instances for requests', ({ limits, shape }) =>
      number(load(limits, shape, 'Functions: instances for requests')),
    ),
    row('instances for bots', ({ limits, shape }) =>
      number(load(limits, shape, 'Functions: instances for bots')),
    ),
    row('function apps', ({ limits }) => String(limits.apps)),
    row('queues for bots', ({ limits }) => String(limits.queues)),
    row('storage accounts', ({ limits }) => String(limits.accounts)),
  ].join('\n')
}

/** What comes short first that is not the number of connections. */
function secondOf(bottlenecks: Bottleneck[]): string {
  const found = bottlenecks.find(({ what }) => what !== 'Web PubSub: connections')!
  return `${found.what.toLowerCase().replace('cosmos db', 'Cosmos DB').replace('web pubsub', 'Web PubSub')}, at ${number(found.connections)} connections`
}

if (import.meta.main) {
  if (process.argv.includes('--write')) {
    await put('docs/operations.md', 'scale', table())
    await put('docs/operations.md', 'shapes', goals())
  }
  for (const shape of [SMALL, GIANT, BOTS]) {
    console.log(`\n${shape.name}\n\n${table(shape)}\n`)
    const { limits } = simulate(shape)
    console.log(`At the goal: ${JSON.stringify(limits)}`)
    for (const { name, demand, capacity } of resourcesAt(GOAL.connections, limits, shape)) {
      console.log(`  ${name.padEnd(46)} ${Math.round((demand / capacity) * 100)} %`)
    }
  }
  console.log(`\n${goals()}`)
}
