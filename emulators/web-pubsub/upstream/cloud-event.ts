// One event as an HTTP request: CloudEvents 1.0 in binary mode with the attributes Web PubSub adds.
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-cloud-events
import { createHmac, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { UpstreamContext } from '../connection.ts'

const METADATA = 'x-webpubsub-metadata-'

/** Whose event it is. */
export interface Subject {
  connectionId: string
  hub: string
  userId: string | undefined
  subprotocol: string | undefined
  origin: string
  upstream: UpstreamContext
}

export interface CloudEvent {
  /** System, user, or group presence. */
  kind: 'sys' | 'user' | 'gp'
  name: string
  id: number
  contentType: string
  body: Buffer
  metadata?: Record<string, string>
}

/** The request headers of an event; `time` in milliseconds since the epoch. */
export function eventHeaders(
  subject: Subject,
  event: CloudEvent,
  signature: string,
  time: number,
): Record<string, string> {
  const { upstream } = subject
  const headers: Record<string, string> = {
    'content-type': event.contentType,
    'webhook-request-origin': subject.origin,
    'x-ms-client-request-id': randomUUID(),
    'ce-specversion': '1.0',
    'ce-awpsversion': '1.0',
    'ce-type': `azure.webpubsub.${event.kind}.${event.name}`,
    'ce-source': `/hubs/${subject.hub}/client/${subject.connectionId}`,
    'ce-id': String(event.id),
    'ce-time': new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    'ce-signature': signature,
    'ce-connectionId': subject.connectionId,
    'ce-hub': subject.hub,
    'ce-eventName': event.name,
  }
  if (subject.userId) headers['ce-userId'] = encodeHeader(subject.userId)
  if (subject.subprotocol) headers['ce-subprotocol'] = subject.subprotocol
  if (upstream.state) headers['ce-connectionState'] = upstream.state
  if (upstream.cookies.size > 0) {
    headers.cookie = [...upstream.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
  for (const [key, value] of Object.entries(event.metadata ?? {}))
    headers[METADATA + key.toLowerCase()] = value
  return headers
}

/** `sha256=<hex>` of the connection id under each key, comma-joined. It does not cover the body. */
export function signConnection(connectionId: string, keys: readonly string[]): string {
  return keys.map((key) => `sha256=${createHmac('sha256', key).update(connectionId).digest('hex')}`).join(',')
}

/** What a blocking answer changes for the events that follow: the connection's state and cookies. */
export function keepContext(upstream: UpstreamContext, headers: IncomingHttpHeaders): void {
  const state = headers['ce-connectionstate']
  if (state !== undefined) upstream.state = String(state)
  for (const cookie of headers['set-cookie'] ?? []) {
    const [pair = ''] = cookie.split(';', 1)
    const separator = pair.indexOf('=')
    if (separator > 0) upstream.cookies.set(pair.slice(0, separator).trim(), pair.slice(separator + 1).trim())
  }
}

/** The metadata of an answer or a REST call, or undefined when it has none. Keys come out in lower case. */
export function metadataOf(headers: IncomingHttpHeaders): Record<string, string> | undefined {
  const found = Object.entries(headers)
    .filter(([name]) => name.startsWith(METADATA) && name.length > METADATA.length)
    .map(([name, value]) => [name.slice(METADATA.length), String(value).split(',').at(-1)!.trim()])
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** Header values are Latin-1; user ids need not be. */
function encodeHeader(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : Buffer.from(value).toString('latin1')
}
