// host.json, parsed once: only the members this host acts on, with the real host's defaults.
// https://learn.microsoft.com/azure/azure-functions/functions-host-json
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { type EventHubsConfig, eventHubs } from './event-hubs-config.ts'
import { applyOverrides } from './host-overrides.ts'
import { timeSpan } from './time-span.ts'

const http = z.looseObject({
  routePrefix: z.string().default('api'),
  maxConcurrentRequests: z.int().default(-1),
  maxOutstandingRequests: z.int().default(-1),
  customHeaders: z.record(z.string(), z.string()).default({}),
})

const queues = z.looseObject({
  batchSize: z.int().min(1).max(32).default(16),
  newBatchThreshold: z.int().min(0).optional(),
  maxDequeueCount: z.int().min(1).default(5),
  maxPollingInterval: timeSpan.default(60_000),
  visibilityTimeout: timeSpan.default(0),
  messageEncoding: z.enum(['base64', 'none']).default('base64'),
})

/** Fields of time spans of host.json `singleton`, the locks that let one of several hosts listen. */
const singleton = z.looseObject({
  listenerLockPeriod: timeSpan.default(60_000).refine((ms) => ms >= 15_000 && ms <= 60_000, {
    message: 'a lock is held for 15 to 60 seconds',
  }),
  listenerLockRecoveryPollingInterval: timeSpan.default(60_000),
})

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-mcp#hostjson-settings */
const mcp = z.looseObject({
  instructions: z.string().optional(),
  serverName: z.string().default('Azure Functions MCP server'),
  serverVersion: z.string().default('1.0.0'),
})

const hostJson = z.looseObject({
  version: z.literal('2.0', { error: '"version" is needed, and "2.0" for every version of the host' }),
  // Without an end: -1 or, as a time span, "-00:00:00.0010000".
  functionTimeout: z
    .union([
      z.literal([-1, '-1', '-00:00:00.0010000']).transform(() => null),
      timeSpan.refine((ms) => ms > 0, { message: 'a timeout is longer than nothing' }),
    ])
    .default(1_800_000),
  /** Those that run; all when there are none. */
  functions: z.array(z.string()).default([]),
  singleton: singleton.prefault({}),
  extensions: z
    .looseObject({
      http: http.prefault({}),
      queues: queues.prefault({}),
      eventHubs: eventHubs.prefault({}),
      mcp: mcp.prefault({}),
      cosmosDB: z.looseObject({ userAgentSuffix: z.string().optional() }).prefault({}),
    })
    .prefault({}),
})

export type QueueConfig = z.infer<typeof queues> & { newBatchThreshold: number }
export interface HostConfig {
  /** Milliseconds an invocation may take; null: any time. */
  functionTimeout: number | null
  functions: string[]
  singleton: z.infer<typeof singleton>
  http: z.infer<typeof http>
  queues: QueueConfig
  eventHubs: EventHubsConfig
  mcp: z.infer<typeof mcp>
  cosmos: { userAgentSuffix?: string | undefined }
}

/**
 * Reads `<app>/host.json`, with what the app settings override in it.
 * @throws Error that names the file and the member that is wrong.
 */
export function readHostConfig(app: string, settings = process.env): HostConfig {
  const file = join(app, 'host.json')
  const document = applyOverrides(readJson(file, z.unknown()), settings)
  const { functionTimeout, functions, singleton, extensions } = parse(file, document, hostJson)
  const { http, queues, eventHubs, mcp, cosmosDB } = extensions
  return {
    functionTimeout,
    functions,
    singleton,
    http,
    eventHubs,
    mcp,
    queues: {
      ...queues,
      maxPollingInterval: pollingInterval(queues.maxPollingInterval, settings),
      newBatchThreshold: queues.newBatchThreshold ?? Math.floor(queues.batchSize / 2),
    },
    cosmos: { userAgentSuffix: cosmosDB.userAgentSuffix },
  }
}

/** In development the real host takes a minute, its default, for two seconds. */
function pollingInterval(ms: number, settings: NodeJS.ProcessEnv): number {
  return ms === 60_000 && settings.AZURE_FUNCTIONS_ENVIRONMENT === 'Development' ? 2_000 : ms
}

/** Reads and parses a JSON file. @throws Error naming the file. */
export function readJson<T>(file: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file} cannot be read as JSON: ${(cause as Error).message}`, { cause })
  }
  return parse(file, value, schema)
}

function parse<T>(file: string, value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Error(`${file} is not valid: ${z.prettifyError(parsed.error)}`)
}
