// Composition root: config in, a plain object of everything a function needs out. One per process.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@azure/cosmos'
import type { TokenCredential } from '@azure/identity'
import { createAttachmentStore } from './azure/attachment-store.ts'
import { createCosmos } from './azure/cosmos.ts'
import { credentialOf, modelTokens } from './azure/credential.ts'
import { createEventTokens } from './azure/event-tokens.ts'
import { createInboxStore } from './azure/inbox-store.ts'
import { createLogStore } from './azure/log-store.ts'
import { createMediaStore } from './azure/media-store.ts'
import { createPersonalStore } from './azure/personal-store.ts'
import { createReportStore } from './azure/report-store.ts'
import { createSecrets } from './azure/secrets.ts'
import { createSessionStore } from './azure/session-store.ts'
import { signingKeysOf } from './azure/signing-keys.ts'
import { createStateStore } from './azure/state-store.ts'
import { createUsageStore } from './azure/usage-store.ts'
import { createUserStore } from './azure/user-store.ts'
import { createPush } from './azure/web-pubsub.ts'
import type { Config } from './config.ts'
import type { ProviderName } from './domain/bot.ts'
import type { Entry, StoredEntry } from './domain/entry.ts'
import { newId } from './domain/id.ts'
import { entriesFrames, receiptFrame, reportFrame, settingsFrame, typingFrame } from './protocol/frames.ts'
import { renderChat } from './protocol/render-chat.ts'
import { createHttpTool } from './providers/http-tool.ts'
import { createModels } from './providers/models.ts'
import { createRevocations } from './services/auth/revocations.ts'
import { createRotatingIssuer } from './services/auth/rotating-issuer.ts'
import { builtInTools } from './services/bots/built-in-tools.ts'
import { byPatterns } from './services/bots/moderate.ts'
import type { ChatView } from './services/chats/view.ts'
import { createGauges } from './services/gauges.ts'
import { createLimiter } from './services/limiter.ts'
import { createAppender } from './services/log/append.ts'
import { createDeliverer } from './services/log/deliver.ts'
import { forEverybody, withTargets } from './services/log/with-targets.ts'
import { explainRefusal } from './services/messages/explain-refusal.ts'
import type { MediaStore } from './services/ports/media.ts'
import type { Push } from './services/ports/push.ts'
import type { Logger, Secrets, Time } from './services/ports/world.ts'

/** How long an answer waits for its message to be out: while the push service is away, stored is enough. */
const PUBLISH_PATIENCE_MS = 500

export type App = ReturnType<typeof createApp>

export function createApp(config: Config, logger: Logger) {
  const time: Time = {
    now: Date.now,
    sleep: async (ms, signal) => void (await sleep(ms, undefined, signal && { signal })),
  }
  const credential = credentialOf(config)
  const secrets = config.keyVault && createSecrets(config.keyVault, { credential, time, logger })
  const cosmos = createCosmos(config)
  const log = createLogStore(cosmos.container('chats'))
  const state = createStateStore(cosmos.container('state'))
  const inbox = createInboxStore(cosmos.container('inbox'))
  const attachments = createAttachmentStore(cosmos.container('state'))
  const media = mediaOf(config, credential)
  const users = createUserStore(cosmos.container('users'), config.admins)
  const personal = createPersonalStore(cosmos.container('users'))
  const sessions = createSessionStore(cosmos.container('sessions'))
  const push = createPush(
    'connectionString' in config.webPubSub
      ? config.webPubSub
      : { endpoint: config.webPubSub.endpoint, credential },
    config.hub,
  )
  const revocations = createRevocations(sessions, time)
  const sight = {
    shown: (chatId: string, entries: StoredEntry[]) => withTargets(log, chatId, entries),
    forEverybody: (chatId: string, entries: Entry[]) => forEverybody(log, chatId, entries),
  }
  const deliverer = createDeliverer({ log, state, push, time, logger, frames: entriesFrames, ...sight })
  /** Publishing under way, by entry: whoever answers a sender waits for it. */
  const published = new WeakMap<StoredEntry, Promise<unknown>>()
  const logDeps = {
    log,
    time,
    processId: randomBytes(4).toString('base64url'),
    random: Math.random,
    explainRefusal: (chatId: string, userId: string) =>
      explainRefusal({ log, inbox, personal, time }, chatId, userId),
    onCommitted(chatId: string, entries: StoredEntry[]) {
      const done = deliverer.publish(chatId, entries)
      const patience = Promise.race([done, sleep(PUBLISH_PATIENCE_MS, undefined, { ref: false })])
      for (const entry of entries) published.set(entry, patience)
    },
  }
  return {
    ...logDeps,
    config,
    logger,
    cosmos,
    state,
    inbox,
    users,
    personal,
    reports: createReportStore(cosmos.container('users')),
    sessions,
    attachments,
    media,
    push,
    deliverer,
    published,
    appender: createAppender(logDeps),
    tokens: createRotatingIssuer(signingKeysOf(config, secrets, logger), config.issuer),
    revocations,
    eventTokens: config.events && createEventTokens(config.events),
    bots: config.bots,
    model: createModels(
      { ...config, apiKey: apiKeys(config, secrets), token: modelTokens(credential) },
      { time, random: Math.random, logger, firstTokenMs: config.firstTokenMs },
    ),
    usage: createUsageStore(cosmos.container('users'), cosmos.container('state')),
    quotas: config.quotas,
    tools: [
      ...builtInTools({ log, state, inbox, users, time, bots: config.bots }),
      ...config.httpTools.map((tool) => createHttpTool(tool, config.toolNetworks)),
    ],
    moderate: byPatterns(config.moderationPatterns),
    repairAfterMs: config.repairAfterMs,
    attachmentLimits: config.attachmentLimits,
    uploadMaxAgeMs: config.uploadMaxAgeMs,
    probes: probesOf(config, push, cosmos, secrets),
    limits: {
      changes: createLimiter(config.rates.changes, time),
      searches: createLimiter(config.rates.searches, time),
      syncs: createLimiter(config.rates.syncs, time),
      typing: createLimiter({ perSecond: 0.5, burst: 1 }, time),
      stopped: createLimiter({ perSecond: 0.5, burst: 1 }, time),
    },
    gauges: createGauges({ time, logger }),
    jobLeaseMs: config.jobLeaseMs,
    rescueAfterMs: config.rescueAfterMs,
    activeRuns: new Map<string, () => void>(),
    newId,
    receiptFrame,
    settingsFrame,
    reportFrame,
    typingFrame,
    chatRemoved: (chatId: string) => ({ type: 'chat.removed', chatId }),
    chatAdded: (view: ChatView) => ({ type: 'chat.added', chat: renderChat(view) }),
    chatUpdated: (view: ChatView) => ({ type: 'chat.updated', chat: renderChat(view) }),
  }
}

/** What `health` asks, each a question that costs next to nothing. */
function probesOf(
  config: Config,
  push: Push,
  cosmos: Database,
  secrets: Secrets | undefined,
): Record<string, () => Promise<void>> {
  return {
    cosmos: async () => void (await cosmos.read()),
    webPubSub: () => push.isHealthy(),
    storage: async () => {
      if (!config.queueEndpoint) throw new Error('AzureWebJobsStorage is not set.')
      // Any answer, even a refusal, shows that the service is there.
      await fetch(config.queueEndpoint, { signal: AbortSignal.timeout(3_000) })
    },
    ...(secrets && { keyVault: () => secrets.ping() }),
  }
}

/** The model services' keys: the vault's where it has one, else the setting. */
function apiKeys({ gemini, openai, azureOpenAi }: Config, secrets: Secrets | undefined) {
  const settings = { gemini: gemini.apiKey, openai: openai.apiKey, 'azure-openai': azureOpenAi.apiKey }
  return async (provider: ProviderName): Promise<string | undefined> =>
    (await secrets?.read(`${provider}-api-key`)) ?? settings[provider]
}

function mediaOf({ media }: Config, credential: TokenCredential): MediaStore {
  // The functions host itself does not start without a storage, so nobody waits for this one.
  if (!media) return createMediaStore({ connectionString: '' })
  return createMediaStore('endpoint' in media ? { ...media, credential } : media)
}
