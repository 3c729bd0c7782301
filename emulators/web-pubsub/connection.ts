// A logical connection: who it is, what it may do and what it has not confirmed yet. It outlives its socket when the
// protocol is reliable. Plain data; hub.ts, delivery.ts and lifecycle.ts change it.
import type { WebSocket } from 'ws'
import type { Timer } from '../kit/clock.ts'
import { type AckCache, createAckCache } from './ack-cache.ts'
import type { Operation } from './client-frames.ts'
import type { Codec } from './codec.ts'
import type { Hub } from './hub.ts'
import { type Permissions, permissionsFromRoles } from './permissions.ts'
import { subprotocolOf } from './subprotocols.ts'

export interface Connection {
  readonly id: string
  readonly hub: Hub
  readonly userId: string | undefined
  /** How its frames are written; undefined for a simple client, which knows only data. */
  readonly codec: Codec | undefined
  /** Whether it outlives its socket. */
  readonly reliable: boolean
  /** The subprotocol agreed in the handshake; a simple client may have one of its own. */
  readonly subprotocol: string | undefined
  /** The host the client called, without port: what event handlers are told as the origin. */
  readonly origin: string
  readonly groups: Set<string>
  readonly permissions: Permissions
  readonly acks: AckCache
  /** Undefined while a reliable connection waits to be recovered. */
  socket: WebSocket | undefined
  closed: boolean
  readonly unacked: Unacked
  expiry: Timer | undefined
  readonly upstream: UpstreamContext
  /** Where the frames of a simple client go; absent = the user event `message`. */
  readonly publishTo: { group: string; noEcho: boolean } | undefined
  /** Frames waiting for their turn: one is worked on at a time. */
  readonly inbox: { operation: Operation; bytes: number }[]
  waitingBytes: number
  /** Invocations not answered yet; aborted when the client cancels. */
  readonly invocations: Map<string, AbortController>
  /** Streams this client has open to groups. */
  readonly streams: Map<string, Stream>
  working: boolean
  /** Frames held back by a delay fault; while present everything queues behind them. */
  held: (() => void)[] | undefined
}

/** Data messages of the reliable protocol that the client has not acknowledged, oldest first. */
export interface Unacked {
  lastSequenceId: number
  bytes: number
  messages: { sequenceId: number; body: Buffer; expiresAt: number | undefined }[]
}

export interface Stream {
  readonly streamId: string
  readonly group: string
  readonly noEcho: boolean
  readonly idleTimeoutMs: number
  /** The sequence id that must come next, from 1. */
  expected: number
  idle: Timer
}

export interface UpstreamContext {
  /** `connect` has id 0, later events count up from 1. */
  lastEventId: number
  state: string | undefined
  cookies: Map<string, string>
}

export interface NewConnection {
  id: string
  hub: Hub
  userId: string | undefined
  subprotocol: string | undefined
  origin: string
  roles: readonly string[]
  publishTo: Connection['publishTo']
  upstream: UpstreamContext
}

export function createConnection(options: NewConnection): Connection {
  const { roles, ...rest } = options
  const known = subprotocolOf(options.subprotocol)
  return {
    ...rest,
    codec: known?.codec,
    reliable: known?.reliable ?? false,
    groups: new Set(),
    permissions: permissionsFromRoles(roles),
    acks: createAckCache(),
    socket: undefined,
    closed: false,
    unacked: { lastSequenceId: 0, bytes: 0, messages: [] },
    expiry: undefined,
    inbox: [],
    waitingBytes: 0,
    invocations: new Map(),
    streams: new Map(),
    working: false,
    held: undefined,
  }
}
