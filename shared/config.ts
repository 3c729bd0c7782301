// The only reader of the environment. The names are the app settings that infra/ sets in Azure and local/ on a laptop.
import * as z from 'zod'
import type { Bot } from './domain/bot.ts'

const text = z.string().min(1)

const connection = (...parts: string[]) =>
  text.refine(
    (value) => parts.every((part) => new RegExp(`(^|;)${part}=[^;]`, 'i').test(value)),
    `needs ${parts.join(' and ')}`,
  )

const json = <T>(schema: z.ZodType<T>) =>
  text
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value)
      } catch {
        context.addIssue('is not JSON')
        return z.NEVER
      }
    })
    .pipe(schema)

const bots = z.array(
  z.strictObject({
    botId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    displayName: text,
    provider: z.enum(['gemini']),
    model: text,
    systemPrompt: text.optional(),
  }),
)

/** Private keys that sign; a shared secret would let everybody who checks a token make one. */
const signingKey = z.looseObject({ kid: text, kty: z.enum(['EC', 'OKP', 'RSA']), alg: text, d: text })

const settings = z.object({
  Cosmos: connection('AccountEndpoint', 'AccountKey').optional(),
  Cosmos__accountEndpoint: text.optional(),
  COSMOS_DATABASE: text.default('parley'),
  WebPubSub: connection('Endpoint', 'AccessKey').optional(),
  WebPubSub__serviceUri: text.optional(),
  WEB_PUBSUB_HUB: text.default('chat'),
  AzureWebJobsStorage: text.optional(),
  AzureWebJobsStorage__queueServiceUri: text.optional(),
  AZURE_CLIENT_ID: text.optional(),
  SIGNING_KEYS: json(z.object({ keys: z.array(signingKey).min(1) })),
  ISSUER: text.default('parley'),
  BOTS: json(bots).default([]),
  GEMINI_API_KEY: text.optional(),
  GEMINI_BASE_URL: text.optional(),
  REPAIR_AFTER_MS: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .default(3_000),
})

/** Each is reached by a key or by its address and the app's identity. */
const EITHER = [
  ['Cosmos', 'Cosmos__accountEndpoint'],
  ['WebPubSub', 'WebPubSub__serviceUri'],
] as const

export interface Config {
  cosmos: { connectionString: string } | { endpoint: string }
  database: string
  webPubSub: { connectionString: string; accessKeys: string[] } | { endpoint: string }
  hub: string
  /** Where the queues answer. */
  queueEndpoint: string | undefined
  managedIdentityClientId: string | undefined
  signingKeys: { keys: z.infer<typeof signingKey>[] }
  issuer: string
  bots: Bot[]
  gemini: { apiKey: string; baseUrl: string | undefined } | undefined
  repairAfterMs: number
}

/**
 * Reads and checks the settings.
 * @throws Error that names every setting that is missing or malformed, and shows none
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const parsed = settings.safeParse(environment)
  const missing = EITHER.filter((names) => names.every((name) => environment[name] === undefined))
  const faults = missing.map(([key, address]) => `✖ ${key} or ${address} is missing`)
  if (!parsed.success) faults.push(z.prettifyError(parsed.error))
  if (!parsed.success || faults.length > 0) throw new Error(`App settings: ${faults.join('\n')}`)
  const env = parsed.data
  return {
    cosmos: env.Cosmos ? { connectionString: env.Cosmos } : { endpoint: env.Cosmos__accountEndpoint! },
    database: env.COSMOS_DATABASE,
    webPubSub: env.WebPubSub
      ? { connectionString: env.WebPubSub, accessKeys: accessKeysOf(env.WebPubSub) }
      : { endpoint: env.WebPubSub__serviceUri! },
    hub: env.WEB_PUBSUB_HUB,
    queueEndpoint: env.AzureWebJobsStorage__queueServiceUri ?? queueEndpointOf(env.AzureWebJobsStorage),
    managedIdentityClientId: env.AZURE_CLIENT_ID,
    signingKeys: env.SIGNING_KEYS,
    issuer: env.ISSUER,
    bots: env.BOTS,
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

const accessKeysOf = (connectionString: string): string[] =>
  [...connectionString.matchAll(/AccessKey=([^;]+)/gi)].map((match) => match[1]!)
