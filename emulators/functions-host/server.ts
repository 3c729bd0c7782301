// A local Azure Functions host for a Node app: loads the app as the real worker does and runs its triggers.
// One app per process, because the app's modules, its settings and `@azure/functions` itself are process-wide.
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { type Clock, systemClock } from '../kit/clock.ts'
import { createFaults, type Faults } from '../kit/faults.ts'
import { close as closeServer, listen } from '../kit/listen.ts'
import { createLog, type LogLevel } from '../kit/log.ts'
import { createAdmin } from './admin.ts'
import { createAppLog, redirectConsole } from './app/app-log.ts'
import { installCoreApi } from './app/core-api.ts'
import { runHooks } from './app/hooks.ts'
import { readHostConfig } from './app/host-config.ts'
import { createInvoker } from './app/invoke.ts'
import { loadApp } from './app/load-app.ts'
import { applySettings, bodyLimitSetting } from './app/settings.ts'
import { createBindings } from './bindings/bindings.ts'
import { createBlobServices } from './bindings/blobs.ts'
import { type HostedFunction, hostedFunction, misnomer } from './hosted-function.ts'
import { createAppRoutes } from './http/app-routes.ts'
import { createCors } from './http/cors.ts'
import { createFront } from './http/front.ts'
import { openKeyStore } from './keys/key-store.ts'
import { manualInput } from './manual-input.ts'
import { createFoundBlobs } from './triggers/blobs/found.ts'
import type { LeaseTimes } from './triggers/cosmos/balance.ts'
import { createCosmosClients } from './triggers/cosmos/clients.ts'
import { hostId } from './triggers/host-id.ts'
import { isMcp } from './triggers/mcp/definitions.ts'
import { createQueues } from './triggers/queue-client.ts'
import { startTrigger } from './triggers/start.ts'
import type { Trigger } from './triggers/trigger.ts'

export interface FunctionsHostOptions {
  /** Folder with host.json and package.json. */
  app: string
  /** Port of the app's HTTP functions; 0, the default, takes any free one. */
  port?: number
  host?: string
  /** App settings, over the environment and local.settings.json. */
  settings?: Record<string, string>
  log?: LogLevel
  /** Folder for what outlives the process: the status of timers. */
  dataDir?: string
  /** Allowed origins, `*` or a comma-separated list; over `Host.CORS` of local.settings.json. */
  cors?: string
  /** Largest request body in bytes, over the app setting FUNCTIONS_REQUEST_BODY_SIZE_LIMIT; 100 MB as in Azure. */
  bodyLimit?: number
  /** How long `close` waits for running invocations, in milliseconds. */
  drainMs?: number
  /** Change-feed lease intervals in milliseconds, over those of a function's binding. */
  leases?: Partial<LeaseTimes>
  /**
   * Reads the change feed so many milliseconds after this process has written to the monitored container. A
   * `feedPollDelay` that saves work costs no time then. Absent, as in Azure: `feedPollDelay` alone.
   */
  feedWakeMs?: number
  /** How long a dequeued message stays invisible before it is renewed; ten minutes as in Azure. */
  queueLockMs?: number
  /** Folder with the keys of the app, where missing ones are made. Absent, as with Core Tools, no key is asked for. */
  keys?: string
  /**
   * The time that schedules, polls, retries, leases, locks and `functionTimeout` go by; the machine's unless given. How long
   * `close` waits is real time in any case, and so is what the services themselves count.
   */
  clock?: Clock
}

export interface FunctionsHost extends AsyncDisposable {
  url: string
  port: number
  functions: HostedFunction[]
  faults: Faults
  /** Stops triggers, waits for running invocations, runs app-terminate hooks, gives leases back. */
  close(): Promise<void>
}

let started = false

/** Loads the app and serves it. @throws Error saying what is wrong: the app, a setting, a binding, the port. */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  if (started) throw new Error('This process has loaded a function app already: one app per process.')
  started = true
  const folder = resolve(options.app)
  const host = options.host ?? '127.0.0.1'
  const clock = options.clock ?? systemClock
  const log = createLog('functions-host', options.log)
  const faults = createFaults()
  const local = applySettings(folder, options.settings ?? {})
  const config = readHostConfig(folder)
  const id = hostId(folder)

  const registry = installCoreApi((level, category, message) => appLog(level, category, message))
  const appLog = createAppLog(log, () => registry.hooks.log)
  redirectConsole(appLog)
  const app = await loadApp(folder, registry)

  const queues = createQueues(config.queues, clock)
  const cosmos = createCosmosClients(config.cosmos.userAgentSuffix)
  const blobs = createBlobServices()
  const bindings = createBindings(queues, cosmos, blobs)
  const functions = registry.functions.map((one) => hostedFunction(one, config.functions))
  const active = functions.filter((one) => !one.disabled)
  for (const one of active) {
    const refused = misnomer(one) ?? bindings.refusal(one.target)
    if (refused === undefined) continue
    one.refused = refused
    log('error', 'function-refused', { function: one.name, message: refused })
  }
  const keys =
    options.keys === undefined
      ? undefined
      : openKeyStore(
          resolve(options.keys),
          functions.map(({ name }) => name),
        )
  const invoker = createInvoker({
    ...{ app, registry, appLog, bindings, clock, log, faults },
    timeoutMs: config.functionTimeout,
  })
  const { invoke } = invoker

  const routes = createAppRoutes(functions, config.http.routePrefix)
  const running = active.filter((one) => one.refused === undefined)
  const mcp = running.some(isMcp)
    ? (await import('./triggers/mcp/endpoint.ts')).createMcp(running, config.mcp, invoke)
    : undefined
  const front = createFront({
    config: config.http,
    bodyLimit: options.bodyLimit ?? bodyLimitSetting() ?? 104_857_600,
    cors: createCors(options.cors ?? local.cors, local.corsCredentials),
    mcp,
    ...{ find: routes.find, findDisabled: routes.findDisabled },
    invoke,
    streamServer: app.streamServer,
    keys,
    admin: createAdmin({
      ...{ folder, hostId: id, functions, keys, clock, faults, log },
      async fire(target, input) {
        const { data, triggerMetadata } = await manualInput(target, input, clock.now(), blobs)
        const inputData = [{ name: target.bindingName, data }]
        // The invocation logs its own failure; whoever fired it by hand has been answered by then.
        invoke(target.target, { invocationId: randomUUID(), inputData, triggerMetadata }).catch(() => {})
      },
    }),
    faults,
    log,
  })
  const port = await listen(front, options.port ?? 0, 'the functions host', host)
  const url = `http://${host}:${port}`
  routes.locate(url)

  const triggers: Trigger[] = []
  const stop = async (): Promise<void> => {
    const drainMs = options.drainMs ?? 10_000
    const stopping = Promise.all(triggers.splice(0).map((trigger) => trigger.stop()))
    front.close()
    front.closeIdleConnections()
    await Promise.all([withinMs(stopping, drainMs), invoker.drain(drainMs)])
    const { lifeHookData, appHookData } = app
    await runHooks(registry.hooks.appTerminate, { hookData: lifeHookData, appHookData }, {})
    await closeServer(front)
    cosmos.dispose()
    await bindings.close()
  }
  let stopped: Promise<void> | undefined
  const close = (): Promise<void> => {
    stopped ??= stop()
    return stopped
  }
  const queueLockMs = options.queueLockMs ?? 600_000
  const found = { config: { ...config.queues, visibilityTimeout: 0 }, queues, lockMs: queueLockMs }
  const foundBlobs = createFoundBlobs({ queues, clock, log, faults, hostId: id, options: found })
  const services = {
    ...{ config, queues, cosmos, invoke, clock, log, faults },
    ...{ blobs, foundBlobs, hostId: id },
    dataFolder: options.dataDir,
    queueLockMs,
    leaseTimes: options.leases ?? {},
    feedWakeMs: options.feedWakeMs,
  }
  const starting = await Promise.allSettled(running.map((one) => startTrigger(one, services)))
  for (const one of starting) if (one.status === 'fulfilled' && one.value) triggers.push(one.value)
  const failed = starting.find((one) => one.status === 'rejected')
  if (failed) {
    await close()
    throw failed.reason
  }
  log('info', 'ready', { url, functions: active.map(({ name }) => name) })
  return { url, port, functions, faults, close, [Symbol.asyncDispose]: close }
}

async function withinMs(work: Promise<unknown>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([work, late.promise])
  clearTimeout(timer)
}
