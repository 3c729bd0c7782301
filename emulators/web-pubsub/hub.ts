// The connections of one hub and their indexes by user and group. A group or user exists while it has a connection.
import type { Connection } from './connection.ts'

export interface Hub {
  readonly name: string
  readonly connections: Map<string, Connection>
  readonly users: Map<string, Set<Connection>>
  readonly groups: Map<string, Set<Connection>>
  /** Told of every change of membership, once it has happened. */
  readonly changed: OnMembership
}

export type OnMembership = (connection: Connection, change: 'joined' | 'left', group: string) => void

const NOBODY: ReadonlySet<Connection> = new Set()

export function createHub(name: string, changed: OnMembership = () => {}): Hub {
  return { name, connections: new Map(), users: new Map(), groups: new Map(), changed }
}

export function addConnection(hub: Hub, connection: Connection): void {
  hub.connections.set(connection.id, connection)
  if (connection.userId !== undefined) addTo(hub.users, connection.userId, connection)
}

export function removeConnection(connection: Connection): void {
  const { hub } = connection
  hub.connections.delete(connection.id)
  if (connection.userId !== undefined) removeFrom(hub.users, connection.userId, connection)
  leaveAllGroups(connection)
}

export function joinGroup(connection: Connection, group: string): void {
  if (connection.groups.has(group)) return
  connection.groups.add(group)
  addTo(connection.hub.groups, group, connection)
  connection.hub.changed(connection, 'joined', group)
}

export function leaveGroup(connection: Connection, group: string): void {
  if (!connection.groups.delete(group)) return
  removeFrom(connection.hub.groups, group, connection)
  connection.hub.changed(connection, 'left', group)
}

export function leaveAllGroups(connection: Connection): void {
  for (const group of connection.groups) leaveGroup(connection, group)
}

export const connectionsOfUser = (hub: Hub, userId: string): ReadonlySet<Connection> =>
  hub.users.get(userId) ?? NOBODY

export const connectionsOfGroup = (hub: Hub, group: string): ReadonlySet<Connection> =>
  hub.groups.get(group) ?? NOBODY

function addTo(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const members = index.get(key)
  if (members) members.add(connection)
  else index.set(key, new Set([connection]))
}

function removeFrom(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const members = index.get(key)
  members?.delete(connection)
  if (members?.size === 0) index.delete(key)
}
