// Pushing frames through Azure Web PubSub. Everything here is a hint: a lost or doubled push does no harm.

import type { TokenCredential } from '@azure/identity'
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { ChatError } from '../domain/error.ts'
import type { Push } from '../services/ports/push.ts'

export type WebPubSubTarget = { connectionString: string } | { endpoint: string; credential: TokenCredential }

export function createPush(target: WebPubSubTarget, hub: string): Push {
  const client = connect(target, hub)
  return {
    toGroup: (group, frame) => reached(() => client.group(group).sendToAll(frame as object)),
    toUser: (userId, frame) => reached(() => client.sendToUser(userId, frame as object)),
    addUserToGroup: (userId, group) => reached(() => client.group(group).addUser(userId), 404),
    removeUserFromGroup: (userId, group) => reached(() => client.group(group).removeUser(userId), 404),
    addConnectionToGroup: (connectionId, group) =>
      reached(() => client.group(group).addConnection(connectionId), 404),
    removeConnectionFromGroup: (connectionId, group) =>
      reached(() => client.group(group).removeConnection(connectionId), 404),
    async userExists(userId) {
      let exists = false
      await reached(async () => {
        exists = await client.userExists(userId)
      })
      return exists
    },
    closeGroup: (group, reason) => reached(() => client.group(group).closeAllConnections({ reason })),
    async clientUrl(userId, groups, minutes) {
      const token = await client.getClientAccessToken({ userId, groups, expirationTimeInMinutes: minutes })
      return token.url
    },
    async isHealthy() {
      await reached(async () => void (await client.groupExists('health')))
    },
  }
}

function connect(target: WebPubSubTarget, hub: string): WebPubSubServiceClient {
  const retryOptions = { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 1_000 }
  if ('connectionString' in target) {
    // The service is https only; a plain http endpoint can only be an emulator's.
    const allowInsecureConnection = /endpoint=http:/i.test(target.connectionString)
    return new WebPubSubServiceClient(target.connectionString, hub, { allowInsecureConnection, retryOptions })
  }
  return new WebPubSubServiceClient(target.endpoint, target.credential, hub, { retryOptions })
}

/** `absent` is the status that says that nobody is connected, which is not a failure. */
async function reached(call: () => Promise<unknown>, absent?: number): Promise<void> {
  try {
    await call()
  } catch (cause) {
    const status =
      typeof cause === 'object' && cause !== null && 'statusCode' in cause ? cause.statusCode : undefined
    if (absent !== undefined && status === absent) return
    throw new ChatError('unavailable', 'The push service is not answering.', { cause })
  }
}
