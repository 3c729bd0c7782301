// Listing a group's connections, page by page in the order of their ids, so that a page is stable while others join.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Reply } from '../../kit/http-server.ts'
import { connectionsOfGroup } from '../hub.ts'
import { ServiceError } from '../service-error.ts'
import { type Call, groupOf, reply, wholeNumber } from './call.ts'

const MAX_PAGE = 200

/** Signs continuation tokens, so that none is taken that was not given out. */
const KEY = randomBytes(32)

/** `{value: [{connectionId, userId?}], nextLink?}`; `top` limits the whole listing, `maxpagesize` a page. */
export function listConnections(call: Call): Reply {
  const group = groupOf(call)
  const pageSize = wholeNumber(call, 'maxpagesize', 1, MAX_PAGE) ?? MAX_PAGE
  const top = wholeNumber(call, 'top', 1, 2_147_483_647) ?? Number.POSITIVE_INFINITY
  const after = readToken(call, group)
  const members = [...connectionsOfGroup(call.hub, group)]
    .filter(({ id }) => after === undefined || id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const page = members.slice(0, Math.min(pageSize, top))
  const value = page.map(({ id, userId }) => ({ connectionId: id, userId: userId ?? null }))
  const left = top - page.length
  const more = members.length > page.length && left > 0
  return reply(200, { value, nextLink: more ? nextLink(call, group, page.at(-1)!.id, pageSize, left) : null })
}

function nextLink(call: Call, group: string, last: string, pageSize: number, left: number): string {
  const url = new URL(call.request.url!, `${call.service.scheme}://${call.request.headers.host}`)
  url.search = ''
  url.searchParams.set('api-version', '2024-12-01')
  url.searchParams.set('maxpagesize', String(pageSize))
  if (Number.isFinite(left)) url.searchParams.set('top', String(left))
  url.searchParams.set('continuationToken', tokenOf(call, group, last))
  return url.href
}

function tokenOf({ hub }: Call, group: string, last: string): string {
  const place = Buffer.from(last).toString('base64url')
  const seal = createHmac('sha256', KEY).update(JSON.stringify([hub.name, group, last]))
  return `${place}.${seal.digest('base64url')}`
}

function readToken(call: Call, group: string): string | undefined {
  const tokens = call.query.getAll('continuationToken')
  if (tokens.length === 0) return undefined
  const [token = ''] = tokens
  const last = Buffer.from(token.split('.', 1)[0]!, 'base64url').toString('utf8')
  const [given, due] = [Buffer.from(token), Buffer.from(tokenOf(call, group, last))]
  if (tokens.length === 1 && given.length === due.length && timingSafeEqual(given, due)) return last
  throw new ServiceError(400, 'The continuationToken is not one of this listing.', 'continuationToken')
}
