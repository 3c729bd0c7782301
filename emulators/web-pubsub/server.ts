// Azure Web PubSub, emulated: one HTTP server for the REST API and the clients' WebSockets, everything in memory.
// Start as many as you like in one process; each has its own hubs, faults and clock.

import { type Clock, systemClock } from '../kit/clock.ts'
import type { EntraOptions } from '../kit/entra.ts'
import { createFaults, type Faults } from '../kit/faults.ts'
import { createHttpServer } from '../kit/http-server.ts'
import { close, listen } from '../kit/listen.ts'
import { createLog, type Log } from '../kit/log.ts'
import type { Connection } from './connection.ts'
import { createDelivery } from './delivery.ts'
import { createEntra } from './entra.ts'
import { closeConnection } from './lifecycle.ts'
import { createRestService } from './rest/router.ts'
import { type Service, type Stats, settingsOf } from './service.ts'
import {
  DEFAULT_ACCESS_KEY,
  DEFAULT_PORT,
  type HubSettingsInput,
  parseAccessKey,
  parseHubs,
  parseUnits,
} from './settings.ts'
import { loadTls, type TlsOptions } from './tls.ts'
import { createTokens } from './tokens.ts'
import { serveClients } from './upgrade.ts'
import { createUpstream } from './upstream/events.ts'
import { createHttpClient } from './upstream/http-client.ts'
import { createIdentity, type IdentityOptions } from './upstream/identity.ts'
import { createAsk } from './upstream/retry.ts'
import { createValidation } from './upstream/validation.ts'

export interface WebPubSubOptions {
  /** 0 = any free port; 8080 when absent. */
  port?: number
  host?: string
  /** At least 32 bytes; the public key of Microsoft's emulator when absent. */
  accessKey?: string
  /** A second key: events are signed with both, as during a key rotation. */
  secondaryKey?: string
  hubs?: Record<string, HubSettingsInput>
  log?: Log
  faults?: Faults
  clock?: Clock
  /** How long a reliable connection without socket can be recovered; 30 s, as in the service. */
  recoveryWindowMs?: number
  /** Speaks HTTPS and WSS instead of HTTP and WS. */
  tls?: TlsOptions
  /** Whose Entra tokens REST callers may use; nobody's when absent. */
  entra?: EntraOptions
  /** Where event handlers' `ManagedIdentity` tokens come from; such handlers are refused when absent. */
  identity?: IdentityOptions
  /** 1,000 connections each; beyond them clients are refused with 429. No limit when absent. */
  units?: number
}

export interface ConnectionInfo {
  connectionId: string
  hub: string
  userId: string | undefined
  subprotocol: string | undefined
  groups: string[]
  /** Whether it has a socket now; a reliable connection may be waiting for recovery. */
  online: boolean
  /** Messages the client has not acknowledged. */
  unacked: number
}

export interface WebPubSub extends AsyncDisposable {
  url: string
  port: number
  accessKey: string
  connectionString: string
  /** The certificate to trust in PEM, and its file where there is one; only with TLS. */
  ca: string | undefined
  caFile: string | undefined
  faults: Faults
  /** Replaces a hub's settings from the next event on. */
  setHub(name: string, settings: HubSettingsInput): void
  connections(): ConnectionInfo[]
  /**
   * Without code: cuts the socket as a failing network does, so that a reliable client recovers. With a code: ends
   * the connection for good and closes the socket with it. False when there is no such connection.
   */
  dropConnection(connectionId: string, code?: number): boolean
  stats(): Stats & { connections: number; groups: number }
  close(): Promise<void>
}

/**
 * Starts the emulator.
 * @throws Error when the port is taken, the key too short or the hub settings are not valid.
 */
export async function startWebPubSub(options: WebPubSubOptions = {}): Promise<WebPubSub> {
  const host = options.host ?? '127.0.0.1'
  const accessKey = parseAccessKey(options.accessKey ?? DEFAULT_ACCESS_KEY)
  const keys =
    options.secondaryKey === undefined ? [accessKey] : [accessKey, parseAccessKey(options.secondaryKey)]
  const clock = options.clock ?? systemClock
  const faults = options.faults ?? createFaults()
  const log = options.log ?? createLog('web-pubsub')
  const settings = parseHubs(options.hubs ?? {}, options.identity !== undefined)
  const tls = options.tls === undefined ? undefined : await loadTls(options.tls, host)
  const stats: Stats = { delivered: 0, received: 0, upstreamRequests: 0, restRequests: 0 }
  const client = createHttpClient(clock)
  const ask = createAsk(client, clock, faults, () => stats.upstreamRequests++)
  const service: Service = {
    clock,
    faults,
    log,
    settings,
    stats,
    tokens: await createTokens(accessKey, clock),
    entra: options.entra && createEntra(options.entra, clock, log),
    scheme: tls ? 'https' : 'http',
    maxConnections: parseUnits(options.units),
    opening: 0,
    hubs: new Map(),
    recoveryWindowMs: options.recoveryWindowMs ?? 30_000,
    url: '',
    delivery: createDelivery({
      clock,
      faults,
      overflow: (connection) => closeConnection(service, connection, 'The client is too slow.', 1008),
      onDelivered: () => stats.delivered++,
    }),
    upstream: createUpstream({
      ask,
      validation: createValidation(ask, clock),
      clock,
      log,
      keys,
      tokenFor: options.identity && createIdentity(options.identity, clock),
      settingsOf: (hub) => settingsOf({ settings }, hub),
    }),
  }
  const server = createHttpServer(createRestService(service, tls))
  const cutClients = serveClients(server, service)
  const port = await listen(server, options.port ?? DEFAULT_PORT, 'the Web PubSub emulator', host)
  service.url = `${service.scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
  log('info', 'listening', { url: service.url })

  const everyone = (): Connection[] =>
    [...service.hubs.values()].flatMap((hub) => [...hub.connections.values()])
  const stop = async (): Promise<void> => {
    for (const connection of everyone()) connection.expiry?.cancel()
    const closed = close(server)
    cutClients()
    client.close()
    await closed
    for (const connection of everyone()) connection.expiry?.cancel()
  }

  return {
    url: service.url,
    port,
    accessKey,
    connectionString: `Endpoint=${service.url};AccessKey=${accessKey};Version=1.0;`,
    ca: tls?.cert,
    caFile: tls?.caFile,
    faults,
    setHub(name, input) {
      for (const [key, value] of parseHubs({ [name]: input }, options.identity !== undefined))
        settings.set(key, value)
    },
    connections: () => everyone().map(describe),
    dropConnection(connectionId, code) {
      const connection = everyone().find(({ id }) => id === connectionId)
      if (!connection) return false
      if (code === undefined) connection.socket?.terminate()
      else closeConnection(service, connection, 'Dropped on request.', code)
      return true
    },
    stats() {
      const groups = [...service.hubs.values()].reduce((sum, hub) => sum + hub.groups.size, 0)
      return { ...stats, connections: everyone().length, groups }
    },
    close: stop,
    [Symbol.asyncDispose]: stop,
  }
}

function describe({ id, hub, userId, subprotocol, groups, socket, unacked }: Connection): ConnectionInfo {
  return {
    connectionId: id,
    hub: hub.name,
    userId,
    subprotocol,
    groups: [...groups],
    online: socket !== undefined,
    unacked: unacked.messages.length,
  }
}
