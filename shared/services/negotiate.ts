import { ownGroups } from '../domain/chat.ts'
import type { Actor } from '../domain/user.ts'
import type { Push } from './ports/push.ts'
import type { Time } from './ports/world.ts'

/** Long enough to open a socket, too short to be worth stealing. A socket outlives it. */
const CLIENT_URL_MINUTES = 5

/** The address of a socket for this session, without a look into the database: `connect` does the checking. */
export async function negotiate(deps: { push: Push; time: Time; config: { hub: string } }, actor: Actor) {
  const groups = ownGroups(actor.sessionId, actor.role)
  const url = await deps.push.clientUrl(actor.userId, groups, CLIENT_URL_MINUTES)
  const expiresAt = new Date(deps.time.now() + CLIENT_URL_MINUTES * 60_000).toISOString()
  return { url, hub: deps.config.hub, protocol: 'json.reliable.webpubsub.azure.v1', expiresAt }
}
