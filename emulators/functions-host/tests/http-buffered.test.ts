// HTTP functions without streaming, hooks, limits on concurrency, and the admin routes.
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { runHooks } from '../app/hooks.ts'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/http-buffered', import.meta.url))
let host: SpawnedHost

beforeAll(async () => {
  host = await spawnFunctionsHost({ app, log: 'info' })
})
afterAll(() => host.close())

test('an empty route prefix; request and response as data', async () => {
  const response = await fetch(`${host.url}/things/a?q=1&q=2`, {
    method: 'POST',
    headers: { 'x-sent': 'yes' },
    body: 'ä',
  })
  expect(response.status).toBe(201)
  expect(response.headers.get('x-seen')).toBe('yes')
  expect(response.headers.get('set-cookie')).toBe(
    'taste=sweet; path=/; samesite=lax; httponly, stale=1; max-age=0; path=/',
  )
  expect(await response.json()).toEqual({
    url: `${host.url}/things/a?q=1&q=2`,
    params: { id: 'a' },
    query: '1,2',
    body: 'ä',
  })
})

test('hooks: before the handler, after it, on log lines, and around the life of the app', async () => {
  expect(await text('/rescued')).toEqual([200, 'rescued rescued'])
  await host.logged('before the handler (hooked)')
  await host.logged('app started')
})

test('hooks at the start and the end of the app share data; what there is not is null', async () => {
  await text('/things/a')
  await host.logged('error: null')
  await text('/throws')
  await host.logged('result: null')
  await host.logged('started: true')
  await using other = await spawnFunctionsHost({ app, log: 'info' })
  await other.close()
  expect(other.logs()).toContain('app terminated, started: true')
})

test('a context of hooks: fixed members can be changed in their depths only', async () => {
  const seen: unknown[] = []
  const first = (context: Record<string, unknown>) => {
    ;(context.hookData as { n: number }).n = 1
    context.inputs = ['changed']
    expect(() => {
      context.hookData = {}
    }).toThrow("Cannot assign to read only property 'hookData'")
  }
  const second = (context: Record<string, unknown>) => seen.push(context.hookData, context.inputs)
  expect(await runHooks([first, second], { hookData: {} }, { inputs: ['given'] })).toMatchObject({
    inputs: ['changed'],
  })
  expect(seen).toEqual([{ n: 1 }, ['changed']])
})

test('a hook that throws fails the invocation before the handler', async () => {
  expect(await text('/forbidden')).toEqual([500, ''])
  await host.logged('not allowed')
})

test('a handler that throws is 500, one that returns nothing 204', async () => {
  expect(await text('/throws')).toEqual([500, ''])
  expect(await text('/nothing')).toEqual([204, ''])
})

test('two requests run, a third waits, a fourth is turned away with 429', async () => {
  const first = [text('/hold'), text('/hold')]
  await host.logged('holding', 2)
  const third = text('/things/waiting')
  const fourth = text('/things/refused')
  expect(await Promise.race([third, fourth])).toEqual([429, ''])
  await fire('release', '')
  expect(await Promise.all(first)).toEqual([
    [200, 'released'],
    [200, 'released'],
  ])
  expect((await third)[0]).toBe(201)
})

test('the admin routes list functions, tell the status, and fire what is not HTTP', async () => {
  const list = (await (await fetch(`${host.url}/admin/functions`)).json()) as { name: string }[]
  expect(list.map(({ name }) => name)).toEqual([
    'echo',
    'forbidden',
    'rescued',
    'throws',
    'nothing',
    'hold',
    'release',
  ])
  expect(list[0]).toEqual({
    name: 'echo',
    href: `${host.url}/admin/functions/echo`,
    invoke_url_template: `${host.url}/things/{id}`,
    language: 'node',
    config: {
      name: 'echo',
      language: 'node',
      functionDirectory: app,
      bindings: [
        expect.objectContaining({ type: 'httpTrigger', direction: 'in', route: 'things/{id}' }),
        expect.objectContaining({ type: 'http', direction: 'out', name: '$return' }),
      ],
    },
    ...{ script_root_path_href: null, script_href: null, config_href: null, test_data_href: null },
    ...{ files: null, test_data: null },
    ...{ isDisabled: false, isDirect: false, isProxy: false },
  })
  expect(list.at(-1)).toMatchObject({ name: 'release', invoke_url_template: null })
  expect(await (await fetch(`${host.url}/admin/host/status`)).json()).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    state: 'Running',
    version: expect.stringMatching(/^4\.\d+\.\d+$/),
    versionDetails: expect.stringMatching(/^4\.\d+\.\d+$/),
    instanceId: expect.any(String),
    computerName: hostname(),
    processUptime: expect.any(Number),
    functionAppContentEditingState: 'Unknown',
  })
  const ping = await fetch(`${host.url}/admin/host/ping`, { method: 'POST' })
  expect([ping.status, await ping.text(), ping.headers.get('cache-control')]).toEqual([
    200,
    '',
    'no-store,no-cache',
  ])
  expect((await fire('RELEASE', '')).status).toBe(202)
  expect((await fire('echo', '')).status).toBe(400)
  expect((await fire('unknown', '')).status).toBe(404)
  const broken = await fetch(`${host.url}/admin/functions/release`, { method: 'POST', body: '{' })
  expect(broken.status).toBe(400)
  const empty = await fetch(`${host.url}/admin/functions/release`, { method: 'POST' })
  expect([empty.status, await empty.json()]).toEqual([400, { message: 'A body is needed: {"input": …}.' }])
  expect((await fetch(`${host.url}/admin/keys`)).status).toBe(501)
})

function fire(name: string, input: string): Promise<Response> {
  return fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', body: JSON.stringify({ input }) })
}

async function text(path: string, init?: RequestInit): Promise<[number, string]> {
  const response = await fetch(`${host.url}${path}`, init)
  return [response.status, await response.text()]
}
