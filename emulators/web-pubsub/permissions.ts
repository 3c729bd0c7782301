// What a connection may do to groups: from the roles of its token or connect answer, changed over REST.
// A grant or revocation is for one group and outranks the roles.
import { wildcard } from './names.ts'

export type Permission = 'joinLeaveGroup' | 'sendToGroup'

interface Rules {
  all: boolean
  patterns: RegExp[]
  groups: Map<string, boolean>
}

export type Permissions = Record<Permission, Rules>

/**
 * Permissions from roles: `webpubsub.sendToGroup` (any group), `webpubsub.sendToGroup.<group>`,
 * `webpubsub.sendToGroups.<pattern>`, and the same with `joinLeaveGroup`. Other roles mean nothing.
 */
export function permissionsFromRoles(roles: readonly string[]): Permissions {
  const rulesFor = (permission: Permission): Rules => {
    const rules: Rules = { all: false, patterns: [], groups: new Map() }
    const one = `webpubsub.${permission}.`
    const many = `webpubsub.${permission}s.`
    for (const role of roles) {
      if (role === `webpubsub.${permission}`) rules.all = true
      else if (role.startsWith(one)) rules.groups.set(role.slice(one.length), true)
      else if (role.startsWith(many)) rules.patterns.push(wildcard(role.slice(many.length)))
    }
    return rules
  }
  return { joinLeaveGroup: rulesFor('joinLeaveGroup'), sendToGroup: rulesFor('sendToGroup') }
}

/** Whether the connection holds the permission for the group. */
export function isAllowed(permissions: Permissions, permission: Permission, group: string): boolean {
  const rules = permissions[permission]
  return rules.groups.get(group) ?? (rules.all || rules.patterns.some((pattern) => pattern.test(group)))
}

/** Grants or revokes the permission for one group. */
export function setPermission(
  permissions: Permissions,
  permission: Permission,
  allowed: boolean,
  group: string,
): void {
  permissions[permission].groups.set(group, allowed)
}
