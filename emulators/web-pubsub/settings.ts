// Hub settings as the service's resource model has them (`webPubSub/hubs`), parsed strictly: a setting that
// this emulator would ignore is refused by name.
import { z } from 'zod'
import { isHubName } from './names.ts'

export const DEFAULT_PORT = 8080

/** The public default key, the same as that of Microsoft's own emulator; it protects nothing. */
export const DEFAULT_ACCESS_KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH'

const urlTemplate = z.string().refine((template) => {
  const url = URL.parse(template.replaceAll(/\{(hub|event)\}/gi, 'x'))
  return url !== null && /^https?:$/.test(url.protocol) && !template.includes('@Microsoft.KeyVault')
}, 'must be an absolute http(s) URL; tunnels and Key Vault references are not supported')

const eventHandler = z.strictObject({
  urlTemplate,
  /** `*`, one event, or a comma-separated list with wildcards; absent = no user events. */
  userEventPattern: z.string().optional(),
  systemEvents: z.array(z.enum(['connect', 'connected', 'disconnected'])).optional(),
  groupPresenceEvents: z
    .strictObject({
      eventNames: z.array(z.enum(['joined', 'left'])).nullish(),
      /** Group name patterns, as in roles; none = every group. */
      groupFilters: z.array(z.string().min(1)).nullish(),
    })
    .nullish(),
  auth: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('None') }),
      z.strictObject({
        type: z.literal('ManagedIdentity'),
        managedIdentity: z.strictObject({ resource: z.string().min(1) }),
      }),
    ])
    .nullish(),
})

const hubSettings = z.strictObject({
  eventHandlers: z.array(eventHandler).default([]),
  anonymousConnectPolicy: z
    .enum(['allow', 'deny', 'Allow', 'Deny'])
    .transform((policy) => policy.toLowerCase() as 'allow' | 'deny')
    .default('deny'),
  webSocketKeepAliveIntervalInSeconds: z.int().min(1).max(120).default(20),
})

const hubName = z.string().refine(isHubName, 'is not a hub name').toLowerCase()

export type EventHandler = z.output<typeof eventHandler>
export type HubSettings = z.output<typeof hubSettings>
export type HubSettingsInput = z.input<typeof hubSettings>

export const NO_SETTINGS: HubSettings = hubSettings.parse({})

/**
 * Parses settings by hub name; hub names are case-insensitive and come out in lower case.
 * @throws Error that names what is wrong and where, or a handler that asks for an identity the emulator has not.
 */
export function parseHubs(input: unknown, hasIdentity: boolean): Map<string, HubSettings> {
  const parsed = z.record(hubName, hubSettings).safeParse(input)
  if (!parsed.success) throw new Error(`Hub settings are not valid:\n${z.prettifyError(parsed.error)}`)
  const hubs = new Map(Object.entries(parsed.data))
  const handlers = [...hubs.values()].flatMap(({ eventHandlers }) => eventHandlers)
  if (!hasIdentity && handlers.some(({ auth }) => auth?.type === 'ManagedIdentity')) {
    throw new Error('An event handler asks for a managed identity: name its endpoint by `identity`.')
  }
  return hubs
}

/**
 * Checks an access key.
 * @throws Error when it is shorter than 32 bytes or could not stand in a connection string.
 */
export function parseAccessKey(key: string): string {
  const usable = Buffer.byteLength(key) >= 32 && key.trim() === key && !key.includes(';')
  if (!usable) throw new Error('An access key needs at least 32 bytes, no semicolon and no outer blanks.')
  return key
}

const CONNECTIONS_PER_UNIT = 1000

/**
 * How many connections a number of units carries; without number: no limit.
 * @throws Error when it is not a whole number from 1 to 1000.
 */
export function parseUnits(units: number | undefined): number {
  if (units === undefined) return Number.POSITIVE_INFINITY
  if (Number.isInteger(units) && units >= 1 && units <= 1000) return units * CONNECTIONS_PER_UNIT
  throw new Error('Units are a whole number from 1 to 1000.')
}
