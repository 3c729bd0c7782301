// What the use cases need of the push service. shared/azure meets it.

export interface Push {
  toGroup(group: string, frame: unknown): Promise<void>
  toUser(userId: string, frame: unknown): Promise<void>
  addUserToGroup(userId: string, group: string): Promise<void>
  removeUserFromGroup(userId: string, group: string): Promise<void>
  addConnectionToGroup(connectionId: string, group: string): Promise<void>
  removeConnectionFromGroup(connectionId: string, group: string): Promise<void>
  closeGroup(group: string, reason: string): Promise<void>
  /** Whether the user has a socket open. */
  userExists(userId: string): Promise<boolean>
  clientUrl(userId: string, groups: string[], minutes: number): Promise<string>
  isHealthy(): Promise<void>
}
