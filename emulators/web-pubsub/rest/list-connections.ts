// Listing a group's connections, page by page in the order of their ids, so that a page is stable while others join.
import type { Reply } from '../../kit/http-server.ts'
import { connectionsOfGroup } from '../hub.ts'
import { ServiceError } from '../service-error.ts'
import { type Call, groupOf, reply, wholeNumber } from './call.ts'

const MAX_PAGE = 200

/** `{value: [{connectionId, userId?}], nextLink?}`; `top` limits the whole listing, `maxpagesize` a page. */
export function listConnections(call: Call): Reply {
  const group = groupOf(call)
  const pageSize = wholeNumber(call, 'maxpagesize', 1, MAX_PAGE) ?? MAX_PAGE
  const top = wholeNumber(call, 'top', 1, 999_999_999) ?? Number.POSITIVE_INFINITY
  const after = readToken(call.query.get('continuationToken'), group)
  const members = [...connectionsOfGroup(call.hub, group)]
    .filter(({ id }) => after === undefined || id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const page = members.slice(0, Math.min(pageSize, top))
  const value = page.map(({ id, userId }) => ({ connectionId: id, userId }))
  const left = top - page.length
  const more = members.length > page.length && left > 0
  return reply(
    200,
    more ? { value, nextLink: nextLink(call, group, page.at(-1)!.id, pageSize, left) } : { value },
  )
}

function nextLink(call: Call, group: string, last: string, pageSize: number, left: number): string {
  const url = new URL(call.request.url!, `${call.service.scheme}://${call.request.headers.host}`)
  url.search = ''
  url.searchParams.set('api-version', call.query.get('api-version') ?? '2024-12-01')
  url.searchParams.set('maxpagesize', String(pageSize))
  if (Number.isFinite(left)) url.searchParams.set('top', String(left))
  url.searchParams.set('continuationToken', Buffer.from(JSON.stringify([group, last])).toString('base64url'))
  return url.href
}

function readToken(token: string | null, group: string): string | undefined {
  if (token === null) return undefined
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (Array.isArray(parsed) && parsed[0] === group && typeof parsed[1] === 'string') return parsed[1]
  } catch {}
  throw new ServiceError(400, 'The continuationToken is not one of this listing.', 'continuationToken')
}
