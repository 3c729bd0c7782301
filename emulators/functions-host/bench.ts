// `node emulators/functions-host/bench.ts`: HTTP functions per second, by request and by an invocation without HTTP.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { rate, spawnEmulator } from '../kit/bench.ts'
import { systemClock } from '../kit/clock.ts'
import { createFaults } from '../kit/faults.ts'
import { createLog } from '../kit/log.ts'
import { createAppLog } from './app/app-log.ts'
import { installCoreApi } from './app/core-api.ts'
import { createInvoker } from './app/invoke.ts'
import { loadApp } from './app/load-app.ts'

const appOf = (name: string): string => fileURLToPath(new URL(`./tests/apps/${name}`, import.meta.url))
const BODY = JSON.stringify({ text: 'x'.repeat(200) })

// Of HTTP functions the official client is fetch.
for (const [kind, path] of [
  ['http-buffered', '/things/a'],
  ['http-stream', '/api/things/a'],
] as const) {
  await using host = await spawnEmulator(
    'functions-host',
    '--app',
    appOf(kind),
    '--port',
    '0',
    '--log',
    'error',
  )
  await rate(`Functions host, ${kind}: a request`, 16, async () => {
    const response = await fetch(`${host.ready.url}${path}`, { method: 'POST', body: BODY })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  })
}

const log = createLog('functions-host', 'silent')
const registry = installCoreApi(() => {})
const appLog = createAppLog(log, () => registry.hooks.log)
const app = await loadApp(appOf('http-buffered'), registry)
const { invoke } = createInvoker({
  ...{ app, registry, appLog, clock: systemClock, log, faults: createFaults(), timeoutMs: null },
  bindings: { read: async () => [], send: async () => {} },
})
const echo = registry.functions.find(({ metadata }) => metadata.name === 'echo')!
const binding = Object.entries(echo.metadata.bindings).find(([, { type }]) => type === 'httpTrigger')!
const http = {
  method: 'POST',
  url: 'http://localhost/things/a',
  nullableHeaders: {},
  nullableQuery: {},
  nullableParams: { id: { value: 'a' } },
  body: { bytes: Buffer.from(BODY) },
}
await rate('Functions host, core: an invocation', 16, () =>
  invoke(echo, { invocationId: randomUUID(), inputData: [{ name: binding[0], data: { http } }] }),
)
process.exit(0)
