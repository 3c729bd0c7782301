// What goes out: bundles and list items as the service writes them.
// https://learn.microsoft.com/rest/api/keyvault/secrets
import type { Secret, SecretVersion } from './store.ts'

/** The vault's address as the caller wrote it, so that ids and links lead back the same way, and its retention. */
export interface View {
  url: string
  retentionDays: number
}

/** A version with its value, as `get` and `set` answer. */
export const withValue = (view: View, name: string, version: SecretVersion): object => ({
  value: version.value,
  ...withoutValue(view, name, version),
})

/** A version without its value, as `update`, `recover` and `restore` answer. */
export const withoutValue = (view: View, name: string, version: SecretVersion): object => ({
  ...(version.contentType !== undefined && { contentType: version.contentType }),
  id: `${view.url}/secrets/${name}/${version.version}`,
  attributes: attributesOf(view, version),
  ...(version.tags && { tags: version.tags }),
})

/** A secret in a list: its id has no version. */
export const listItem = (view: View, { name, latest }: Secret): object => ({
  ...withoutValue(view, name, latest),
  id: `${view.url}/secrets/${name}`,
})

export const deletedBundle = (view: View, secret: Secret): object => ({
  ...deletionOf(view, secret),
  ...withoutValue(view, secret.name, secret.latest),
})

export const deletedListItem = (view: View, secret: Secret): object => ({
  ...deletionOf(view, secret),
  ...listItem(view, secret),
})

/** One page of a list; `cursorOf` names the item after which the next page starts. */
export function page<T>(
  view: View,
  request: { path: string; query: URLSearchParams; limit: number },
  items: T[],
  cursorOf: (item: T) => string,
  render: (item: T) => object,
): object {
  const shown = items.slice(0, request.limit)
  const last = shown.at(-1)
  if (items.length <= request.limit || last === undefined) {
    return { value: shown.map(render), nextLink: null }
  }
  const query = new URLSearchParams(request.query)
  query.set('$skiptoken', Buffer.from(cursorOf(last)).toString('base64url'))
  return { value: shown.map(render), nextLink: `${view.url}${request.path}?${query}` }
}

function deletionOf({ url }: View, { name, deletion }: Secret): object {
  return {
    recoveryId: `${url}/deletedsecrets/${name}`,
    deletedDate: deletion?.deletedAt,
    scheduledPurgeDate: deletion?.purgeAt,
  }
}

function attributesOf({ retentionDays }: View, version: SecretVersion): object {
  return {
    enabled: version.enabled,
    ...(version.notBefore !== undefined && { nbf: version.notBefore }),
    ...(version.expires !== undefined && { exp: version.expires }),
    created: version.created,
    updated: version.updated,
    recoveryLevel: retentionDays === 90 ? 'Recoverable+Purgeable' : 'CustomizedRecoverable+Purgeable',
    recoverableDays: retentionDays,
  }
}
