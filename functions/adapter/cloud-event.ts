// Web PubSub's upstream requests: CloudEvents over HTTP, binary mode.
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-cloud-events
import type { HttpRequest } from '@azure/functions'
import * as z from 'zod'
import { ChatError } from '../../shared/domain/error.ts'
import type { Actor } from '../../shared/domain/user.ts'

export interface SocketEvent {
  /** `connect`, `connected`, `disconnected`, or the name a client gave its event. */
  name: string
  kind: 'system' | 'user'
  connectionId: string
  userId: string
  hub: string
  state: SocketState | undefined
}

/** What the service keeps for us per connection and hands back with each event. Clients cannot touch it. */
export interface SocketState {
  sessionId: string
  role: Actor['role']
  /** A digest of the groups that `connect` answered with. */
  groups: string
}

const socketState = z.object({
  sessionId: z.string().min(1),
  role: z.enum(['user', 'admin']),
  groups: z.string(),
})

/**
 * Reads the envelope of a request that is known to come from our Web PubSub.
 * @throws ChatError `invalid-request`
 */
export function readEvent(request: HttpRequest): SocketEvent {
  const header = (name: string): string => request.headers.get(name) ?? ''
  const connectionId = header('ce-connectionId')
  const [, kind, name] = /^azure\.webpubsub\.(sys|user)\.(.+)$/.exec(header('ce-type')) ?? []
  if (!name || connectionId === '')
    throw new ChatError('invalid-request', 'The request is no Web PubSub event.')
  return {
    name,
    kind: kind === 'sys' ? 'system' : 'user',
    connectionId,
    userId: header('ce-userId'),
    hub: header('ce-hub'),
    state: readState(header('ce-connectionState')),
  }
}

export const writeState = (state: SocketState): string =>
  Buffer.from(JSON.stringify(state)).toString('base64')

function readState(header: string): SocketState | undefined {
  if (header === '') return undefined
  try {
    return socketState.parse(JSON.parse(Buffer.from(header, 'base64').toString()))
  } catch {
    return undefined
  }
}
