// The app settings of the local stack: under the very names that are set in Azure. A developer's local.settings.json
// wins, so that a real key or another emulator can take a part's place.
import { readFile } from 'node:fs/promises'
import * as z from 'zod'

export type Settings = Record<string, string>

export interface Addresses {
  api: string
  webPubSub: string
  cosmos: string
  storage: string
  ai: string
  /** How the vault is reached; without one of ours, the keys that sign. */
  keys: Settings
}

export interface OwnSettings {
  /** What the developer set; empty values mean "what the stack offers". */
  values: Settings
  cors: string | undefined
}

const file = z.looseObject({
  Values: z.record(z.string(), z.string()).default({}),
  Host: z.looseObject({ CORS: z.string().optional() }).default({}),
})

/** Reads a local.settings.json; an absent one is empty. @throws Error that names what is wrong with it */
export async function readOwnSettings(path: string): Promise<OwnSettings> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { values: {}, cors: undefined }
    throw error
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Error(`${path} is not JSON: ${(error as Error).message}`)
  }
  const parsed = file.safeParse(json)
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`)
  const { Values, Host } = parsed.data
  return { values: Object.fromEntries(Object.entries(Values).filter(given)), cors: Host.CORS }
}

/** `UseDevelopmentStorage=true` is how Azure's tools say "the local Azurite", which is ours. */
function given([name, value]: [string, string]): boolean {
  return value !== '' && !(name === 'AzureWebJobsStorage' && value === 'UseDevelopmentStorage=true')
}

/** Whether the developer's settings put another service in the place of one of ours. */
export function isReplaced(
  own: OwnSettings,
  setting: 'Cosmos' | 'WebPubSub' | 'AzureWebJobsStorage' | 'KEY_VAULT_URI',
): boolean {
  return Object.keys(own.values).some((name) => name === setting || name.startsWith(`${setting}__`))
}

/** What the functions host is started with. */
export function appSettings(stack: Addresses, own: OwnSettings): Settings {
  return {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    ...(!isReplaced(own, 'Cosmos') && { Cosmos: stack.cosmos }),
    COSMOS_DATABASE: 'parley',
    FEED_POLL_DELAY_MS: '100',
    ...(!isReplaced(own, 'WebPubSub') && { WebPubSub: stack.webPubSub }),
    WEB_PUBSUB_HUB: 'chat',
    ...(!isReplaced(own, 'AzureWebJobsStorage') && { AzureWebJobsStorage: stack.storage }),
    ...stack.keys,
    ISSUER: stack.api,
    // Few people with many messages are no abuse here, but a bench.
    RATE_PER_SECOND: '0',
    SEARCH_RATE_PER_SECOND: '0',
    SYNC_RATE_PER_SECOND: '0',
    BOTS: JSON.stringify([
      {
        botId: 'assistant',
        displayName: 'Assistant',
        provider: 'gemini',
        model: 'gemini-2.5-flash',
        tools: ['search_chat', 'list_members', 'current_time'],
      },
    ]),
    ...modelSettings(stack.ai, own.values),
    ...own.values,
  }
}

/** Every model is the emulator's. A real key goes to the real service, unless a base URL comes with it. */
function modelSettings(ai: string, own: Settings): Settings {
  return {
    ...(own.GEMINI_API_KEY === undefined && { GEMINI_API_KEY: 'local', GEMINI_BASE_URL: ai }),
    ...(own.OPENAI_API_KEY === undefined && { OPENAI_API_KEY: 'local', OPENAI_BASE_URL: `${ai}/v1` }),
    ...(own.AZURE_OPENAI_ENDPOINT === undefined && {
      AZURE_OPENAI_ENDPOINT: ai,
      AZURE_OPENAI_API_KEY: 'local',
    }),
  }
}
