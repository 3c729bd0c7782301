// What each use case asks of the database and of Web PubSub, held to docs/costs.md. When dearer is meant, or cheaper:
// `COSTS=write npm run -s jest -- tests/wire/costs/use-cases` writes the table anew.
import { readFileSync } from 'node:fs'
import type { Endpoint } from '../../../functions/adapter/endpoint.ts'
import { loadEndpoints } from '../../support/endpoints.ts'
import { type Cost, measure } from '../../support/meter.ts'
import { call } from '../../support/person.ts'
import type { Socket } from '../../support/socket.ts'
import { startWorld, type World } from '../../support/world.ts'
import { gather, text } from '../authorisation/scene.ts'
import { type Ask, done, makeTypicalGroup, prepare, type Scene } from './asks.ts'
import { complaints, readTable, type Table, writeTable } from './table.ts'

const TABLE: Table = {
  place: 'use-cases',
  subject: 'use case',
  columns: [
    ['requests', 'requests'],
    ['trips', 'in a row'],
    ['requestUnits', 'request units'],
    ['calls', 'calls of Web PubSub'],
  ],
}
const WRITES = process.env.COSTS === 'write'
const CONNECT = 'a socket that opens'

const endpoints = (await loadEndpoints()).sort((a, b) => rank(a) - rank(b))
const table = readTable(TABLE)
const costs = new Map<string, Cost>()
let world: World
let scene: Scene
let socket: Socket

beforeAll(async () => {
  // As an app that stands by: only what the request itself does is counted.
  world = await startWorld({ settings: { STANDBY: 'true', ADMINS: 'root-of-costs' } })
  const people = await gather(world)
  const account = { handle: 'root-of-costs', password: 'correct horse battery' }
  const { accessToken } = done(await call(world.apis[0]!, 'POST', 'auth/register', account))
  const root: Scene['root'] = {
    ...people.owner,
    call: (method, path, body) => call(world.apis[0]!, method, path, body, accessToken),
    accessToken,
  }
  // Five chats.
  const { owner, member } = people
  for (const name of ['one', 'two']) done(await member.call('POST', 'chats', { kind: 'group', name }))
  done(await member.call('POST', 'chats', { kind: 'bot' }))
  const { chatId } = done(await member.call('POST', 'chats', { kind: 'direct', userId: owner.userId }))
  done(await owner.call('POST', `chats/${chatId}/messages`, text('hello')))
  scene = { world, people, root, group: await makeTypicalGroup(people) }
  socket = await member.socket()
  await measureAll()
}, 240_000)
afterAll(async () => {
  await socket?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

/** Reads come first: the member has five chats then, and all that is made later is not in their way. */
async function measureAll(): Promise<void> {
  const changes = ({ name, method }: Endpoint) => Number(name !== 'sync' && method !== 'GET')
  await cost(CONNECT, async () => async () => {
    await using other = await scene.people.member.socket()
    expect(other.connectionId).not.toBe('')
  })
  for (const endpoint of [...endpoints].sort((a, b) => changes(a) - changes(b))) {
    await attempt(endpoint, await prepare(endpoint.name, scene, 'warm-up'))
    await cost(endpoint.name, async () => {
      const ask = await prepare(endpoint.name, scene)
      return () => attempt(endpoint, ask)
    })
  }
}

/** Measures; once more what seems to have become dearer, for on a busy machine requests that go out together may look as if in a row. */
async function cost(name: string, ready: () => Promise<() => Promise<void>>): Promise<void> {
  const line = table.get(name)
  for (let tries = 0; tries < 5; tries++) {
    const work = await ready()
    // What was done to get ready is over.
    await measure(world, async () => undefined)
    const found = await measure(world, work, { atLeast: WRITES ? 0 : (line?.requests ?? 0) })
    const known = costs.get(name)
    const isAsSaid = !WRITES && complaints(TABLE, line, found).length === 0
    if (isAsSaid || !known || weight(found) < weight(known)) costs.set(name, found)
    if (isAsSaid) return
  }
}

const weight = ({ requests, trips, calls }: Cost): number => requests + trips + calls

async function attempt({ name, method, route }: Endpoint, ask: Ask): Promise<void> {
  const { by, place, body, query = '', path = {} } = ask
  if (route === undefined) {
    const { ok, error } = await socket.command(name, body)
    if (!ok) throw new Error(`${name} was refused: ${JSON.stringify(error)}`)
    return
  }
  const values: Record<string, string | number> = { ...place, ...path }
  const filled = route.replaceAll(/\{(\w+)\}/g, (_, part: string) => String(values[part]))
  const answer = await call(world.apis[0]!, method!, `${filled}${query}`, body, by!.accessToken)
  if (answer.status >= 300)
    throw new Error(`${name} was refused: ${answer.status} ${JSON.stringify(answer.body)}`)
}

const names = [CONNECT, ...endpoints.map(({ name }) => name)]

test('the table has a line for every use case, and no other', () => {
  if (WRITES) writeTable(TABLE, new Map(names.map((name) => [name, costs.get(name)!])))
  expect([...readTable(TABLE).keys()]).toEqual(names)
})

test.each(names)('%s', (name) => {
  expect(complaints(TABLE, readTable(TABLE).get(name), costs.get(name)!)).toEqual([])
})

/** Where docs/protocol.md has it. */
function rank({ method, route, name }: Endpoint): number {
  const rows = readFileSync('docs/protocol.md', 'utf8').split('\n')
  const at = route === undefined ? `| \`${name}\` |` : `| \`${method} /${route}\` `
  return rows.findIndex((row) => row.replaceAll(/ +/g, ' ').includes(at))
}
