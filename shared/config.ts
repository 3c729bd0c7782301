// The only reader of the environment. The names are the app settings that infra/ sets in Azure and local/ on a laptop.
import * as z from 'zod'
import { type BotQuotas, checkTools } from './config-bots.ts'
import { settings, type signingKeySet } from './config-settings.ts'
import { ATTACHMENT_LIMITS, type AttachmentLimits } from './domain/attachment.ts'
import type { Bot, HttpToolSettings } from './domain/bot.ts'

/** Each is reached by a key or by its address and the app's identity; keys that sign are given or kept in Key Vault. */
const EITHER = [
  ['Cosmos', 'Cosmos__accountEndpoint'],
  ['WebPubSub', 'WebPubSub__serviceUri'],
  ['WebPubSub', 'WEB_PUBSUB_EVENTS_AUDIENCE'],
  ['SIGNING_KEYS', 'KEY_VAULT_URI'],
] as const

/** What a token for that audience must also say. */
const WITH_AUDIENCE = ['WEB_PUBSUB_EVENTS_SENDER', 'AZURE_TENANT_ID'] as const

export interface Config {
  cosmos: { connectionString: string } | { endpoint: string }
  database: string
  /** Regions of the database, the nearest first: where one does not answer, the next is asked. */
  regions: string[]
  webPubSub: { connectionString: string; accessKeys: string[] } | { endpoint: string }
  hub: string
  /** Who may bring events, by a token of Microsoft Entra; without it, whoever signs with a key of Web PubSub. */
  events: { audience: string; sender: string; tenantId: string; authority: string } | undefined
  /** Where the queues answer. */
  queueEndpoint: string | undefined
  /** Where attachments are kept. */
  media: { connectionString: string } | { endpoint: string } | undefined
  managedIdentityClientId: string | undefined
  /** What it holds goes before the settings of the same meaning. */
  keyVault: { uri: string; refreshMs: number } | undefined
  signingKeys: z.infer<typeof signingKeySet> | undefined
  issuer: string
  bots: Bot[]
  gemini: { apiKey: string | undefined; baseUrl: string | undefined }
  openai: { apiKey: string | undefined; baseUrl: string | undefined }
  azureOpenAi: { endpoint: string | undefined; apiKey: string | undefined; apiVersion: string }
  /** How long a model may take to its first token. */
  firstTokenMs: number
  /** What bots are not asked, and do not say. */
  moderationPatterns: RegExp[]
  /** Functions that bots may call beside the built-in ones. */
  httpTools: HttpToolSettings[]
  /** Private networks, as CIDR, that these may be in. */
  toolNetworks: string[]
  /** What bots may use in a day. */
  quotas: BotQuotas
  repairAfterMs: number
  /** The largest attachment of each type, bytes. */
  attachmentLimits: AttachmentLimits
  /** How long an upload may wait for its message. */
  uploadMaxAgeMs: number
  /** Handles of those who administrate, in lower case. */
  admins: string[]
  /** How often one person may change something, search and catch up, in each process; a rate of 0 is no limit. */
  rates: Record<'changes' | 'searches' | 'syncs', { perSecond: number; burst: number }>
  /** For how long whoever works on a chat's job is believed to be at it. */
  jobLeaseMs: number
  rescueAfterMs: number
}

/**
 * Reads and checks the settings.
 * @throws Error that names every setting that is missing or malformed, and shows none
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const parsed = settings.safeParse(environment)
  const missing = EITHER.filter((names) => names.every((name) => !environment[name]))
  const faults = missing.map(([key, address]) => `✖ ${key} or ${address} is missing`)
  if (environment.WEB_PUBSUB_EVENTS_AUDIENCE !== undefined) {
    const absent = WITH_AUDIENCE.filter((name) => environment[name] === undefined)
    faults.push(...absent.map((name) => `✖ ${name} is missing: WEB_PUBSUB_EVENTS_AUDIENCE needs it`))
  }
  if (!parsed.success) faults.push(z.prettifyError(parsed.error))
  if (!parsed.success || faults.length > 0) throw new Error(`App settings: ${faults.join('\n')}`)
  const env = parsed.data
  checkTools(env)
  return {
    cosmos: env.Cosmos ? { connectionString: env.Cosmos } : { endpoint: env.Cosmos__accountEndpoint! },
    database: env.COSMOS_DATABASE,
    regions: env.COSMOS_REGIONS,
    webPubSub: env.WebPubSub
      ? { connectionString: env.WebPubSub, accessKeys: accessKeysOf(env.WebPubSub) }
      : { endpoint: env.WebPubSub__serviceUri! },
    hub: env.WEB_PUBSUB_HUB,
    events: env.WEB_PUBSUB_EVENTS_AUDIENCE
      ? {
          audience: env.WEB_PUBSUB_EVENTS_AUDIENCE,
          sender: env.WEB_PUBSUB_EVENTS_SENDER!,
          tenantId: env.AZURE_TENANT_ID!,
          authority: env.ENTRA_AUTHORITY,
        }
      : undefined,
    queueEndpoint: env.AzureWebJobsStorage__queueServiceUri ?? queueEndpointOf(env.AzureWebJobsStorage),
    media: mediaOf(env),
    managedIdentityClientId: env.AZURE_CLIENT_ID,
    keyVault: env.KEY_VAULT_URI ? { uri: env.KEY_VAULT_URI, refreshMs: env.SECRETS_REFRESH_MS } : undefined,
    signingKeys: env.SIGNING_KEYS,
    issuer: env.ISSUER,
    bots: env.BOTS,
    gemini: { apiKey: env.GEMINI_API_KEY, baseUrl: env.GEMINI_BASE_URL },
    openai: { apiKey: env.OPENAI_API_KEY, baseUrl: env.OPENAI_BASE_URL },
    azureOpenAi: {
      endpoint: env.AZURE_OPENAI_ENDPOINT,
      apiKey: env.AZURE_OPENAI_API_KEY,
      apiVersion: env.AZURE_OPENAI_API_VERSION,
    },
    firstTokenMs: env.FIRST_TOKEN_MS,
    moderationPatterns: env.MODERATION_PATTERNS,
    httpTools: env.BOT_TOOLS,
    toolNetworks: env.BOT_TOOL_NETWORKS,
    quotas: env.BOT_QUOTAS,
    repairAfterMs: env.REPAIR_AFTER_MS,
    attachmentLimits: { ...ATTACHMENT_LIMITS, ...given(env.ATTACHMENT_LIMITS) },
    uploadMaxAgeMs: env.UPLOAD_MAX_AGE_MS,
    admins: env.ADMINS,
    rates: {
      changes: { perSecond: env.RATE_PER_SECOND, burst: env.RATE_BURST },
      searches: { perSecond: env.SEARCH_RATE_PER_SECOND, burst: env.SEARCH_RATE_BURST },
      syncs: { perSecond: env.SYNC_RATE_PER_SECOND, burst: env.SYNC_RATE_BURST },
    },
    jobLeaseMs: env.JOB_LEASE_MS,
    rescueAfterMs: env.RESCUE_AFTER_MS,
  }
}

/** Whether the app leaves feed, queues and timers to another. Read when functions are registered, like those below. */
export const standsBy = (environment: Record<string, string | undefined> = process.env): boolean =>
  environment.STANDBY === 'true'

/** When lost runs are looked for, as NCRONTAB. Read when functions are registered, like the delay below. */
export const rescueSchedule = (environment: Record<string, string | undefined> = process.env): string =>
  environment.RESCUE_SCHEDULE || '0 * * * * *'

/**
 * How long the change feed rests after it was read empty, milliseconds: the price of an idle app against the delay of a
 * bot's answer. Read when functions are registered, before anything else is known to be set.
 */
export function feedPollDelayMs(environment: Record<string, string | undefined> = process.env): number {
  const delay = Number(environment.FEED_POLL_DELAY_MS)
  return Number.isInteger(delay) && delay >= 10 ? delay : 1_000
}

/** The regions of the database for the feed's trigger, which takes them in one string. Read when functions are registered. */
export const feedRegions = (
  environment: Record<string, string | undefined> = process.env,
): string | undefined => environment.COSMOS_REGIONS || undefined

/** An address stands before a key: where both are set, the key is the host's own. */
function mediaOf(env: z.infer<typeof settings>): Config['media'] {
  if (env.AzureWebJobsStorage__blobServiceUri) return { endpoint: env.AzureWebJobsStorage__blobServiceUri }
  return env.AzureWebJobsStorage ? { connectionString: env.AzureWebJobsStorage } : undefined
}

const given = (limits: Partial<AttachmentLimits>): Partial<AttachmentLimits> =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))

const queueEndpointOf = (connectionString: string | undefined): string | undefined =>
  /QueueEndpoint=([^;]+)/i.exec(connectionString ?? '')?.[1]

const accessKeysOf = (connectionString: string): string[] =>
  [...connectionString.matchAll(/AccessKey=([^;]+)/gi)].map((match) => match[1]!)
