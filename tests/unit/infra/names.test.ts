// What templates call by name in the app is there: routes, functions, events of the log, headers.
import { globSync, readFileSync } from 'node:fs'

const text = (file: string): string => readFileSync(file, 'utf8')
const product = globSync(['functions/**/*.ts', 'shared/**/*.ts']).map(text).join('\n')
const alerts = text('infra/alerts.bicep')
const workbook = text('infra/workbook.json')

/** Everything in double quotes in the queries, which are in single ones. */
const quoted = (query: string): string[] =>
  [...query.matchAll(/"((?:[^"\\]|\\.)+)"/g)].map(([, part]) => part!)

const queries = [...alerts.matchAll(/query: '((?:[^'\\]|\\.)*)'/g)].map(([, query]) => query!)

test('there are queries to look at', () => {
  expect(queries).toHaveLength(6)
})

test('functions that alerts count are registered under these names', () => {
  const functions = queries.flatMap(quoted).filter((name) => /^[a-z]+(-[a-z]+)+$/.test(name))
  expect(functions.sort()).toEqual(['on-chat-change', 'send-message', 'web-pubsub-events'])
  for (const name of functions) {
    expect(product).toMatch(new RegExp(`(functionName: |functions\\.\\w+\\()'${name}'`))
  }
})

test('functions that are kept warm are registered under these names', () => {
  const tiers = globSync('infra/parameters/*.json').map(text).join('\n')
  const functions = [...tiers.matchAll(/"function:([^"]+)"/g)].map(([, name]) => name!)
  expect(functions).toEqual(['on-chat-change'])
  for (const name of functions) expect(product).toMatch(new RegExp(`functions\\.\\w+\\('${name}'`))
})

test('routes that alerts count are served', () => {
  const routes = queries.flatMap(quoted).filter((part) => part.startsWith('/'))
  expect(routes).toEqual(['/auth/login', '/auth/refresh'])
  for (const route of routes) expect(product).toContain(`route: '${route.slice(1)}'`)
})

test('events that alerts and workbook look for are logged', () => {
  const events = [...`${alerts}${workbook}`.matchAll(/\\+"event\\+":\\+"([a-z.]+)\\+"/g)].map(
    ([, name]) => name!,
  )
  expect([...new Set(events)].sort()).toEqual(['feed.behind', 'job.dead', 'job.poison', 'metric'])
  for (const event of events) expect(product).toMatch(new RegExp(`logger\\('(info|warn|error)', '${event}'`))
  const gauges = [...`${alerts}${workbook}`.matchAll(/(feed\.lag|queue\.age\.)/g)].map(([, name]) => name!)
  expect(new Set(gauges)).toEqual(new Set(['feed.lag', 'queue.age.']))
  for (const gauge of gauges)
    expect(product).toMatch(new RegExp(`gauges\\(['\`]${gauge.replaceAll('.', '\\.')}`))
})

test('every place in the workbook is filled', () => {
  const places = new Set([...workbook.matchAll(/"(\{\w+\})"/g)].map(([, place]) => place!))
  expect([...places].sort()).toEqual(['{cosmos}', '{insights}', '{webPubSub}'])
  for (const place of places) expect(text('infra/workbook.bicep')).toContain(`'${place}'`)
})

test('Web PubSub brings events to the route that takes them, under the prefix of host.json', () => {
  const { extensions } = JSON.parse(text('host.json'))
  expect(text('infra/functions.bicep')).toContain(`defaultHostName}/${extensions.http.routePrefix}'`)
  const hub = text('infra/hub.bicep')
  const [, route] = /urlTemplate: '\$\{apiUrl\}\/([\w-]+)'/.exec(hub)!
  expect(product).toContain(`route: '${route}'`)
  expect(hub).toContain("systemEvents: ['connect', 'connected', 'disconnected']")
})

test('the hub of the template is the one that the app publishes to when nobody says otherwise', () => {
  expect(text('infra/main.bicep')).toContain("var hub = 'chat'")
  expect(text('shared/config-settings.ts')).toContain("WEB_PUBSUB_HUB: text.default('chat')")
})

test('browsers may send the headers that an upload needs', () => {
  const [, allowed] = /allowedHeaders: \[([^\]]+)\]/.exec(text('infra/storage.bicep'))!
  const headers = [...allowed!.matchAll(/'([^']+)'/g)].map(([, name]) => name)
  const [, needed] = /return \{ \.\.\.signed, headers: \{([^}]+)\}/.exec(text('shared/azure/media-store.ts'))!
  const names = [...needed!.matchAll(/'?([a-z-]+)'?:/g)].map(([, name]) => name!)
  expect(names).toEqual(['x-ms-blob-type', 'content-type'])
  expect(names.filter((name) => !headers.includes(name))).toEqual([])
})
