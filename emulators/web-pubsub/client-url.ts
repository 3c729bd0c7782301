// The URL a client connects with: which hub, which token, and for simple clients what becomes of their frames.
import type { IncomingMessage } from 'node:http'
import { isGroupName, isHubName } from './names.ts'
import { notImplemented, ServiceError } from './service-error.ts'

export interface ClientUrl {
  /** As the client wrote it. */
  hub: string
  query: URLSearchParams
  /** The host header, with its port. */
  host: string
}

/** Whether a path belongs to clients rather than to the REST API. */
export const isClientPath = (path: string): boolean => /^\/clients?(?:[/?]|$)/i.test(path)

const UNSERVED = [
  [/^\/clients\/mqtt\/hubs\//i, 'MQTT'],
  [/^\/clients\/socketio\/hubs\//i, 'Socket.IO'],
  [/^\/server\/tunnel(\/|$)/i, 'A tunnel (awps-tunnel, Socket.IO servers)'],
] as const

/** What is connected to at that path in the service, and not here. */
export const unservedFeature = (path: string): string | undefined =>
  UNSERVED.find(([pattern]) => pattern.test(path))?.[1]

/**
 * Reads hub and query of `/client/hubs/{hub}` or `/client?hub={hub}`.
 * @throws ServiceError 404 for another path, 400 for a bad hub name, 501 for MQTT, Socket.IO and tunnels.
 */
export function parseClientUrl(request: IncomingMessage): ClientUrl {
  const host = request.headers.host ?? 'localhost'
  const [path = '', search = ''] = splitOnce(request.url ?? '/', '?')
  const feature = unservedFeature(path)
  if (feature !== undefined) throw notImplemented(feature)
  const query = new URLSearchParams(search)
  const match = /^\/client(?:\/hubs\/([^/]+))?\/?$/i.exec(path)
  if (!match) throw new ServiceError(404, `There is nothing at ${path}.`)
  const hub = match[1] === undefined ? (query.get('hub') ?? '') : decodeSegment(match[1])
  if (!isHubName(hub)) throw new ServiceError(400, 'The hub name is missing or not valid.', 'hub')
  return { hub, query, host }
}

/** The token of the query or of the Authorization header. */
export function accessTokenOf(url: ClientUrl, request: IncomingMessage): string | undefined {
  const inQuery = url.query.get('access_token')
  if (inQuery) return inQuery
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
}

/**
 * What becomes of a simple client's frames: undefined = the user event `message`.
 * @throws ServiceError 400 for an unknown mode, group name or noEcho.
 */
export function publishModeOf({ query }: ClientUrl): { group: string; noEcho: boolean } | undefined {
  const last = (name: string): string => query.getAll(name).at(-1) ?? ''
  const mode = last('webpubsub_mode').toLowerCase()
  if (!query.has('webpubsub_mode') || mode === 'sendevent') return undefined
  if (mode !== 'sendtogroup')
    throw new ServiceError(400, `Unknown webpubsub_mode '${mode}'.`, 'webpubsub_mode')
  const group = last('group')
  if (!isGroupName(group)) throw new ServiceError(400, 'The group name is not valid.', 'group')
  const noEcho = last('noEcho').toLowerCase()
  if (!['', 'true', 'false'].includes(noEcho))
    throw new ServiceError(400, 'noEcho must be true or false.', 'noEcho')
  return { group, noEcho: noEcho === 'true' }
}

/** Query parameters as the `connect` event carries them; the token stays with the service. */
export function queryForUpstream(query: URLSearchParams): Record<string, string[]> {
  const names = new Set([...query.keys()].filter((name) => name.toLowerCase() !== 'access_token'))
  return Object.fromEntries([...names].map((name) => [name, query.getAll(name)]))
}

/** Request headers as the `connect` event carries them, the credentials left out. */
export function headersForUpstream(request: IncomingMessage): Record<string, string[]> {
  const headers = Object.entries(request.headersDistinct).filter(([name]) => name !== 'authorization')
  return Object.fromEntries(headers.map(([name, values]) => [name, values ?? []]))
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}
