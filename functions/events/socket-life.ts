// A socket's beginning: who it is, and what it hears.
import { createHash } from 'node:crypto'
import type { HttpRequest, HttpResponseInit } from '@azure/functions'
import * as z from 'zod'
import type { App } from '../../shared/app.ts'
import { ADMINS_GROUP, ownGroups, sessionGroup } from '../../shared/domain/chat.ts'
import { ChatError } from '../../shared/domain/error.ts'
import { groupsOf, joinGroups } from '../../shared/services/connect.ts'
import { type SocketEvent, writeState } from '../adapter/cloud-event.ts'

const connectBody = z.looseObject({ claims: z.record(z.string(), z.array(z.string())).default({}) })
const GROUP_CLAIM = 'webpubsub.group'

/** Answers `connect` with the groups of the user's chats and of the session that negotiated. */
export async function onConnect(
  app: App,
  event: SocketEvent,
  request: HttpRequest,
): Promise<HttpResponseInit> {
  const { claims } = connectBody.parse(await request.json())
  const claimed = claims[GROUP_CLAIM] ?? []
  const role = claimed.includes(ADMINS_GROUP) ? 'admin' : 'user'
  const sessionId = claimed.find((group) => group.startsWith('session.'))?.slice('session.'.length)
  if (!sessionId || event.userId === '')
    throw new ChatError('unauthorized', 'The client URL was not made by negotiate.')
  if (await app.revocations.has(sessionId)) throw new ChatError('unauthorized', 'The session has ended.')
  const groups = await groupsOf(app.inbox, event.userId, ownGroups(sessionId, role))
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'ce-connectionState': writeState({ sessionId, role, groups: digest(groups) }),
    },
    body: JSON.stringify({ userId: event.userId, groups, roles: [] }),
  }
}

/** A chat may have come or gone between `connect` and now, or the session ended: then the groups are set, or the socket closed. */
export async function onConnected(app: App, event: SocketEvent): Promise<void> {
  if (!event.state) return
  const { sessionId, role, groups: before } = event.state
  const [found, groups] = await Promise.all([
    app.sessions.read(event.userId, sessionId),
    groupsOf(app.inbox, event.userId, ownGroups(sessionId, role)),
  ])
  // What `connect` knows of ended sessions is up to a second old, and signing out closed only the sockets of then.
  if (!found || found.session.revoked) return app.push.closeGroup(sessionGroup(sessionId), 'signed out')
  if (digest(groups) === before) return
  await joinGroups(app, event, groups)
}

const digest = (groups: string[]): string =>
  createHash('sha256')
    .update([...groups].sort().join('\n'))
    .digest('base64url')
    .slice(0, 16)
