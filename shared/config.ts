// The only reader of the environment. The names are the app settings that infra/ sets in Azure and local/ on a laptop.
import * as z from 'zod'
import type { Bot } from './domain/bot.ts'

const text = z.string().min(1)

const settings = z.object({
  Cosmos: text.optional(),
  Cosmos__accountEndpoint: text.optional(),
  COSMOS_DATABASE: text.default('parley'),
  WebPubSub: text.optional(),
  WebPubSub__serviceUri: text.optional(),
  WEB_PUBSUB_HUB: text.default('chat'),
  AzureWebJobsStorage: text.optional(),
  AZURE_CLIENT_ID: text.optional(),
  SIGNING_KEYS: text,
  ISSUER: text.default('parley'),
  BOTS: text.default('[]'),
  GEMINI_API_KEY: text.optional(),
  GEMINI_BASE_URL: text.optional(),
  AzureWebJobsStorage__queueServiceUri: text.optional(),
  REPAIR_AFTER_MS: z.coerce.number().int().min(0).default(3_000),
})

const bots = z.array(
  z.strictObject({
    botId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    displayName: text,
    provider: z.enum(['gemini']),
    model: text,
    systemPrompt: text.optional(),
  }),
)

const keySet = z.object({ keys: z.array(z.looseObject({ kid: text, kty: text, alg: text })).min(1) })

export interface Config {
  cosmos: { connectionString: string } | { endpoint: string }
  database: string
  webPubSub: { connectionString: string; accessKeys: string[] } | { endpoint: string }
  hub: string
  /** Where the queues answer. */
  queueEndpoint: string | undefined
  managedIdentityClientId: string | undefined
  signingKeys: z.infer<typeof keySet>
  issuer: string
  bots: Bot[]
  gemini: { apiKey: string; baseUrl: string | undefined } | undefined
  repairAfterMs: number
}

/**
 * Reads and checks the settings.
 * @throws Error that names every setting that is missing or malformed
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const parsed = settings.safeParse(environment)
  if (!parsed.success) throw new Error(`App settings: ${z.prettifyError(parsed.error)}`)
  const env = parsed.data
  return {
    cosmos: env.Cosmos
      ? { connectionString: env.Cosmos }
      : { endpoint: needed('Cosmos or Cosmos__accountEndpoint', env.Cosmos__accountEndpoint) },
    database: env.COSMOS_DATABASE,
    webPubSub: env.WebPubSub
      ? { connectionString: env.WebPubSub, accessKeys: accessKeysOf(env.WebPubSub) }
      : { endpoint: needed('WebPubSub or WebPubSub__serviceUri', env.WebPubSub__serviceUri) },
    hub: env.WEB_PUBSUB_HUB,
    queueEndpoint: env.AzureWebJobsStorage__queueServiceUri ?? queueEndpointOf(env.AzureWebJobsStorage),
    managedIdentityClientId: env.AZURE_CLIENT_ID,
    signingKeys: parseJson('SIGNING_KEYS', env.SIGNING_KEYS, keySet),
    issuer: env.ISSUER,
    bots: parseJson('BOTS', env.BOTS, bots),
    gemini: env.GEMINI_API_KEY ? { apiKey: env.GEMINI_API_KEY, baseUrl: env.GEMINI_BASE_URL } : undefined,
    repairAfterMs: env.REPAIR_AFTER_MS,
  }
}

/**
 * How long the change feed rests after it was read empty, milliseconds: the price of an idle app against the delay of a
 * bot's answer. Read when functions are registered, before anything else is known to be set.
 */
export function feedPollDelayMs(environment: Record<string, string | undefined> = process.env): number {
  const delay = Number(environment.FEED_POLL_DELAY_MS)
  return Number.isInteger(delay) && delay >= 10 ? delay : 1_000
}

const queueEndpointOf = (connectionString: string | undefined): string | undefined =>
  /QueueEndpoint=([^;]+)/i.exec(connectionString ?? '')?.[1]

function needed(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`App settings: ${name} is missing.`)
  return value
}

function accessKeysOf(connectionString: string): string[] {
  return [...connectionString.matchAll(/AccessKey=([^;]+)/gi)].map((match) => match[1]!)
}

function parseJson<T>(name: string, value: string, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = JSON.parse(value)
  } catch {
    throw new Error(`App settings: ${name} is not JSON.`)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw new Error(`App settings: ${name}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
