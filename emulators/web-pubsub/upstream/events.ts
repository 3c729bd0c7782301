// The events of a hub, sent to the first handler that takes them. `connect` and user events wait for the answer; that
// clients are connected, disconnected, members of groups or no longer is only reported.

import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { Connection } from '../connection.ts'
import { bodyOf, dataTypeOf, payloadFrom } from '../media-type.ts'
import type { Payload } from '../message.ts'
import { eventPatternMatches, wildcard } from '../names.ts'
import type { EventHandler, HubSettings } from '../settings.ts'
import {
  type CloudEvent,
  eventHeaders,
  keepContext,
  metadataOf,
  type Subject,
  signConnection,
} from './cloud-event.ts'
import { type ConnectAnswer, type ConnectRequest, parseConnectAnswer } from './connect.ts'
import { type HttpAnswer, NoAnswer } from './http-client.ts'
import type { TokenFor } from './identity.ts'
import type { Ask } from './retry.ts'
import type { Validation } from './validation.ts'

const SEVERAL_STATES = 'the answer has more than one ce-connectionState'
const JSON_TYPE = 'application/json; charset=utf-8'

/** `unhandled`: there was nobody to ask. */
export type UserEventAnswer =
  | { ok: true; payload?: Payload }
  | { ok: false; reason: string; unhandled?: true }

export interface Upstream {
  /** Asks whether and how a client may connect; accepted as it is where no handler takes `connect`. */
  connect(subject: Subject, request: ConnectRequest): Promise<ConnectAnswer>
  connected(connection: Connection): void
  disconnected(connection: Connection, reason: string): void
  /** A connection has become a member of a group or is one no longer. */
  presence(connection: Connection, change: 'joined' | 'left', group: string): void
  /**
   * Hands an event to its handler. No handler, a status other than 2xx or an unknown content type: not ok. The signal
   * gives the request up.
   */
  userEvent(
    connection: Connection,
    event: string,
    payload: Payload,
    signal?: AbortSignal,
  ): Promise<UserEventAnswer>
}

export interface UpstreamOptions {
  ask: Ask
  validation: Validation
  clock: Clock
  log: Log
  keys: readonly string[]
  /** Undefined when no handler may ask for an identity. */
  tokenFor: TokenFor | undefined
  settingsOf(hub: string): HubSettings
}

export function createUpstream(options: UpstreamOptions): Upstream {
  const { ask, validation, clock, log } = options
  const handlerFor = (hub: string, takes: (handler: EventHandler) => boolean): EventHandler | undefined =>
    options.settingsOf(hub).eventHandlers.find(takes)

  const post = async (
    handler: EventHandler,
    subject: Subject,
    event: CloudEvent,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> => {
    const validateUrl = resolveUrl(handler.urlTemplate, subject.hub, 'validate')
    if (!(await validation.allows(validateUrl, subject.origin))) {
      throw new NoAnswer(
        `The handler ${validateUrl.origin} did not allow the origin ${subject.origin}.`,
        false,
      )
    }
    const signature = signConnection(subject.connectionId, options.keys)
    const resource =
      handler.auth?.type === 'ManagedIdentity' ? handler.auth.managedIdentity.resource : undefined
    const token = resource === undefined ? undefined : await options.tokenFor?.(resource)
    return ask(event.kind === 'user' ? 'upstream.user' : `upstream.${event.name}`, {
      signal,
      method: 'POST',
      url: resolveUrl(handler.urlTemplate, subject.hub, event.name),
      headers: {
        ...eventHeaders(subject, event, signature, clock.now()),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: event.body,
    })
  }

  /** Sends an event whose answer changes nothing. */
  const report = (
    connection: Connection,
    kind: 'sys' | 'gp',
    name: string,
    body: object,
    takes: (handler: EventHandler) => boolean,
  ): void => {
    const handler = handlerFor(connection.hub.name, takes)
    if (!handler) return
    const subject = subjectOf(connection)
    const id = ++subject.upstream.lastEventId
    const event = { kind, name, id, contentType: JSON_TYPE, body: Buffer.from(JSON.stringify(body)) }
    post(handler, subject, event).then(
      (answer) => {
        if (!isSuccess(answer)) log('info', 'event refused', { name, status: answer.status })
      },
      (error: unknown) => log('error', 'event lost', { name, error: String(error) }),
    )
  }

  const reportSystem = (connection: Connection, name: 'connected' | 'disconnected', body: object): void =>
    report(connection, 'sys', name, body, ({ systemEvents }) => systemEvents?.includes(name) ?? false)

  return {
    async connect(subject, request) {
      const handler = handlerFor(subject.hub, (one) => one.systemEvents?.includes('connect') ?? false)
      if (!handler) return { status: 200 }
      const body = Buffer.from(JSON.stringify(request))
      try {
        const answer = await post(handler, subject, {
          kind: 'sys',
          name: 'connect',
          id: 0,
          contentType: JSON_TYPE,
          body,
        })
        if (!isSuccess(answer))
          return { status: answer.status >= 400 && answer.status < 500 ? answer.status : 500 }
        if (answer.states > 1) throw new NoAnswer(SEVERAL_STATES, false)
        keepContext(subject.upstream, answer.headers)
        return parseConnectAnswer(answer.body)
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        log('error', 'connect failed', { error: error.message })
        return { status: 500 }
      }
    },
    connected: (connection) => reportSystem(connection, 'connected', {}),
    disconnected: (connection, reason) => reportSystem(connection, 'disconnected', { reason }),
    presence: (connection, change, group) =>
      report(connection, 'gp', change, { group }, (handler) => takesPresence(handler, change, group)),
    async userEvent(connection, name, payload, signal) {
      const handler = handlerFor(
        connection.hub.name,
        ({ userEventPattern }) =>
          userEventPattern !== undefined && eventPatternMatches(userEventPattern, name),
      )
      if (!handler) return { ok: false, reason: `No handler takes the event ${name}.`, unhandled: true }
      const subject = subjectOf(connection)
      const id = ++subject.upstream.lastEventId
      const metadata = payload.metadata ? { metadata: payload.metadata } : {}
      try {
        const event: CloudEvent = { kind: 'user', name, id, ...bodyOf(payload), ...metadata }
        const answer = await post(handler, subject, event, signal)
        if (!isSuccess(answer)) return refused(log, name, `the handler answered ${answer.status}`)
        if (answer.states > 1) return refused(log, name, SEVERAL_STATES)
        const reply = replyOf(answer)
        if (reply === 'invalid') return refused(log, name, 'the answer is not of its content type')
        keepContext(subject.upstream, answer.headers)
        return reply ? { ok: true, payload: reply } : { ok: true }
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        return refused(log, name, error.message)
      }
    },
  }
}

function refused(log: Log, name: string, reason: string): UserEventAnswer {
  log('error', 'event not handled', { name, reason })
  return { ok: false, reason }
}

const isSuccess = ({ status }: HttpAnswer): boolean => status >= 200 && status < 300

/** https://learn.microsoft.com/javascript/api/@azure/arm-webpubsub/grouppresenceeventfilters */
function takesPresence(
  { groupPresenceEvents }: EventHandler,
  change: 'joined' | 'left',
  group: string,
): boolean {
  const { eventNames, groupFilters } = groupPresenceEvents ?? {}
  if (!eventNames?.includes(change)) return false
  return !groupFilters?.length || groupFilters.some((pattern) => wildcard(pattern).test(group))
}

const subjectOf = ({ id, hub, userId, subprotocol, origin, upstream }: Connection): Subject => ({
  connectionId: id,
  hub: hub.name,
  userId,
  subprotocol,
  origin,
  upstream,
})

function resolveUrl(template: string, hub: string, event: string): URL {
  return new URL(
    template
      .replaceAll(/\{hub\}/gi, encodeURIComponent(hub))
      .replaceAll(/\{event\}/gi, encodeURIComponent(event)),
  )
}

/** The message an answer makes for the client: none when it is empty and bears no metadata. */
function replyOf(answer: HttpAnswer): Payload | undefined | 'invalid' {
  const metadata = metadataOf(answer.headers)
  if (answer.body.length === 0) return metadata && { dataType: 'text', text: '', metadata }
  const contentType = answer.headers['content-type']
  const dataType = contentType === undefined ? 'binary' : dataTypeOf(contentType)
  if (dataType === undefined) return 'invalid'
  const payload = payloadFrom(dataType, answer.body)
  if (payload.dataType === 'json' && !isJson(payload.text)) return 'invalid'
  return metadata ? { ...payload, metadata } : payload
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
