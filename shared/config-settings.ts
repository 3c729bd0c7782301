// Every app setting by its name, and what it may be. What is left out has its default here.
import * as z from 'zod'
import { bot, httpTool, json, list, pattern, quotas } from './config-bots.ts'

const text = z.string().min(1)

/** What a template leaves empty is not set. */
const maybe = z
  .string()
  .transform((value) => (value === '' ? undefined : value))
  .optional()

const connection = (...parts: string[]) =>
  text.refine(
    (value) => parts.every((part) => new RegExp(`(^|;)${part}=[^;]`, 'i').test(value)),
    `needs ${parts.join(' and ')}`,
  )

/** Private keys that sign; a shared secret would let everybody who checks a token make one. */
const signingKey = z.looseObject({ kid: text, kty: z.enum(['EC', 'OKP', 'RSA']), alg: text, d: text })

/** A JWK set as text, from the settings or from Key Vault. */
export const signingKeySet = json(z.object({ keys: z.array(signingKey).min(1) }))

const bytes = z.int().min(1).optional()
const attachmentLimits = z.strictObject({ image: bytes, video: bytes, audio: bytes, file: bytes })

const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
const atLeastOne = wholeNumber.pipe(z.int().min(1))
const milliseconds = wholeNumber

export const settings = z.object({
  Cosmos: connection('AccountEndpoint', 'AccountKey').optional(),
  Cosmos__accountEndpoint: text.optional(),
  COSMOS_DATABASE: text.default('parley'),
  COSMOS_REGIONS: list,
  WebPubSub: connection('Endpoint', 'AccessKey').optional(),
  WebPubSub__serviceUri: text.optional(),
  WEB_PUBSUB_HUB: text.default('chat'),
  WEB_PUBSUB_EVENTS_AUDIENCE: text.optional(),
  WEB_PUBSUB_EVENTS_SENDER: text.optional(),
  AZURE_TENANT_ID: text.optional(),
  ENTRA_AUTHORITY: text.default('https://login.microsoftonline.com'),
  AzureWebJobsStorage: text.optional(),
  AzureWebJobsStorage__queueServiceUri: text.optional(),
  AzureWebJobsStorage__blobServiceUri: text.optional(),
  AZURE_CLIENT_ID: text.optional(),
  KEY_VAULT_URI: maybe.pipe(z.url({ protocol: /^https$/ }).optional()),
  SECRETS_REFRESH_MS: milliseconds.default(300_000),
  SIGNING_KEYS: signingKeySet.optional(),
  ISSUER: text.default('parley'),
  BOTS: json(z.array(bot)).default([]),
  MODERATION_PATTERNS: json(z.array(pattern)).default([]),
  BOT_TOOLS: json(z.array(httpTool)).default([]),
  BOT_TOOL_HOSTS: list,
  BOT_TOOL_NETWORKS: list,
  BOT_QUOTAS: json(quotas).default({}),
  GEMINI_API_KEY: maybe,
  GEMINI_BASE_URL: maybe,
  OPENAI_API_KEY: maybe,
  OPENAI_BASE_URL: maybe,
  AZURE_OPENAI_ENDPOINT: maybe,
  AZURE_OPENAI_API_KEY: maybe,
  AZURE_OPENAI_API_VERSION: text.default('2024-10-21'),
  FIRST_TOKEN_MS: milliseconds.default(20_000),
  REPAIR_AFTER_MS: milliseconds.default(3_000),
  ATTACHMENT_LIMITS: json(attachmentLimits).default({}),
  UPLOAD_MAX_AGE_MS: milliseconds.default(24 * 3600_000),
  ADMINS: z
    .string()
    .default('')
    .transform((handles) =>
      handles
        .toLowerCase()
        .split(/[\s,]+/)
        .filter((handle) => handle !== ''),
    ),
  RATE_PER_SECOND: wholeNumber.default(100),
  RATE_BURST: atLeastOne.default(1_000),
  SEARCH_RATE_PER_SECOND: wholeNumber.default(5),
  SEARCH_RATE_BURST: atLeastOne.default(50),
  SYNC_RATE_PER_SECOND: wholeNumber.default(2),
  SYNC_RATE_BURST: atLeastOne.default(200),
  JOB_LEASE_MS: milliseconds.default(60_000),
  RESCUE_AFTER_MS: milliseconds.default(20_000),
})
