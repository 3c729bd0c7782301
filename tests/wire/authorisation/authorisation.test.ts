// Every use case by everybody: what each may do, in one table. A cell is the status, or the code of the refusal.
import type { Endpoint } from '../../../functions/adapter/endpoint.ts'
import { loadEndpoints } from '../../support/endpoints.ts'
import { type Answer, call, PASSWORD } from '../../support/person.ts'
import { openSocket } from '../../support/socket.ts'
import { startWorld, type World } from '../../support/world.ts'
import { ASKS } from './asks.ts'
import { MATRIX } from './matrix.ts'
import {
  ACTORS,
  expiredToken,
  furnish,
  gather,
  makeBlocked,
  makeGroup,
  type Name,
  type People,
  type Place,
} from './scene.ts'

const endpoints = await loadEndpoints()

let world: World
let people: People
let tokens: Record<Name, string | undefined>
let group: Place
let blocked: Place
beforeAll(async () => {
  world = await startWorld({ settings: { RATE_PER_SECOND: '0' } })
  people = await gather(world)
  const own = Object.entries(people).map(([name, { accessToken }]) => [name, accessToken])
  tokens = { ...Object.fromEntries(own), nobody: undefined, expired: await expiredToken(world, people) }
  group = await furnish(people, await makeGroup(people))
  blocked = await makeBlocked(people)
}, 90_000)
afterAll(() => world[Symbol.asyncDispose]())

/** The table's lines: a use case, and what becomes of it for each. */
const expected = new Map(
  MATRIX.trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map(([name, ...cells]) => [name!, cells]),
)

test('the table has a line for every use case', () => {
  expect([...expected.keys()].sort()).toEqual(endpoints.map(({ name }) => name).sort())
})

test.each(endpoints)('$name', async (endpoint) => {
  const cells: string[] = []
  for (const name of ACTORS) cells.push(await attempt(endpoint, name))
  expect(cells).toEqual(expected.get(endpoint.name))
})

async function attempt(endpoint: Endpoint, name: Name): Promise<string> {
  const isKnown = name !== 'nobody' && name !== 'expired'
  const { actors, place, token } = isKnown
    ? await prepare(endpoint, name)
    : { actors: people, place: group, token: tokens[name] }
  const { body, query = '', path = {} } = ASKS[endpoint.name]?.(actors, place) ?? {}
  if (endpoint.route === undefined) return overSocket(endpoint, body ?? {}, token)
  const values: Record<string, string | number> = { ...place, ...path }
  const route = endpoint.route.replaceAll(/\{(\w+)\}/g, (_, part: string) => String(values[part]))
  return cellOf(await call(world.apis[0]!, endpoint.method!, `${route}${query}`, body, token))
}

/** Who asks, and where: in a place of their own when the use case changes it, with a session of their own when it ends one. */
async function prepare({ name: useCase }: Endpoint, name: keyof People) {
  const changes = ASKS[useCase]?.(people, group).changes
  if (name === 'blocked' && changes) {
    const actors = { ...people, blocked: await world.register('blocked') }
    return { actors, place: await makeBlocked(actors), token: actors.blocked.accessToken }
  }
  const visibility = useCase === 'chats.join' ? 'public' : 'private'
  const place = name === 'blocked' ? blocked : changes ? await makeGroup(people, visibility) : group
  if (useCase !== 'auth.logout') return { actors: people, place, token: tokens[name] }
  const login = { login: people[name].handle, password: PASSWORD }
  const { body } = await call(world.apis[0]!, 'POST', 'auth/login', login)
  return { actors: people, place, token: body.accessToken as string }
}

async function overSocket({ name }: Endpoint, fields: object, token: string | undefined): Promise<string> {
  const negotiated = await call(world.apis[0]!, 'POST', 'negotiate', {}, token)
  if (negotiated.status >= 400) return cellOf(negotiated)
  await using socket = await openSocket(negotiated.body.url)
  const { ok, error } = await socket.command(name, fields)
  return ok ? '200' : (error?.code ?? '?')
}

const cellOf = ({ status, body }: Answer): string => (status < 400 ? String(status) : body.code)
