import type { Push } from '../../shared/services/ports/push.ts'

export interface RecordedPush extends Push {
  /** Everything that was asked of the push service, in order. */
  calls: { to: string; frame?: unknown }[]
}

/** The push port, met by a list of what went through it. */
export function recordedPush(): RecordedPush {
  const calls: RecordedPush['calls'] = []
  const note = async (to: string, frame?: unknown): Promise<void> => {
    calls.push(frame === undefined ? { to } : { to, frame })
  }
  return {
    calls,
    toGroup: (group, frame) => note(`group ${group}`, frame),
    toUser: (userId, frame) => note(`user ${userId}`, frame),
    addUserToGroup: (userId, group) => note(`add user ${userId} ${group}`),
    removeUserFromGroup: (userId, group) => note(`remove user ${userId} ${group}`),
    addConnectionToGroup: (connectionId, group) => note(`add connection ${connectionId} ${group}`),
    removeConnectionFromGroup: (connectionId, group) => note(`remove connection ${connectionId} ${group}`),
    userExists: async (userId) => userId !== 'cy',
    closeGroup: (group) => note(`close ${group}`),
    clientUrl: async (userId, groups, minutes) =>
      `wss://test/client/hubs/chat?user=${userId}&groups=${groups.join()}&minutes=${minutes}`,
    async isHealthy() {},
  }
}
