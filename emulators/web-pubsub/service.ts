// What the parts of one running emulator share. Built once in server.ts and handed to every part.

import type { Clock } from '../kit/clock.ts'
import type { Faults } from '../kit/faults.ts'
import type { Log } from '../kit/log.ts'
import type { Delivery } from './delivery.ts'
import type { VerifyEntra } from './entra.ts'
import { createHub, type Hub } from './hub.ts'
import { type HubSettings, NO_SETTINGS } from './settings.ts'
import type { Tokens } from './tokens.ts'
import type { Upstream } from './upstream/events.ts'

export interface Stats {
  /** Data messages handed to connections, those kept for a client that is away included. */
  delivered: number
  /** Frames received from clients. */
  received: number
  /** Requests sent to event handlers, every attempt counted. */
  upstreamRequests: number
  /** REST calls answered. */
  restRequests: number
}

export interface Service {
  readonly clock: Clock
  readonly faults: Faults
  readonly log: Log
  readonly tokens: Tokens
  /** Undefined when no issuer is known. */
  readonly entra: VerifyEntra | undefined
  readonly delivery: Delivery
  readonly upstream: Upstream
  readonly hubs: Map<string, Hub>
  readonly settings: Map<string, HubSettings>
  /** How long a reliable connection without socket can be recovered, in milliseconds. */
  readonly recoveryWindowMs: number
  readonly stats: Stats
  readonly scheme: 'http' | 'https'
  /** How many connections there may be over all hubs. */
  readonly maxConnections: number
  /** Handshakes under way, which count as connections. */
  opening: number
  /** The emulator's own base URL, without slash at the end. */
  url: string
}

/** The base URLs a caller may mean: the host it called, and our own, which differs behind a proxy. */
export const originsOf = (service: Service, host: string | undefined): string[] => [
  `${service.scheme}://${host}`,
  service.url,
]

export function connectionCount(service: Service): number {
  return [...service.hubs.values()].reduce((sum, hub) => sum + hub.connections.size, service.opening)
}

/** The hub of that name, made when it is first used; names are case-insensitive. */
export function hubOf(service: Service, name: string): Hub {
  const key = name.toLowerCase()
  const known = service.hubs.get(key)
  if (known) return known
  const hub = createHub(key, service.upstream.presence)
  service.hubs.set(key, hub)
  return hub
}

export const settingsOf = (service: Pick<Service, 'settings'>, hub: string): HubSettings =>
  service.settings.get(hub) ?? NO_SETTINGS
