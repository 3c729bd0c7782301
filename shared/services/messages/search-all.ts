// A search over all of one's chats: a hundred at a time, the most recently active first, and within a hundred the newest
// message first. What one request does is bounded; where it stopped the next goes on.
import { fitting, PAGE_BYTES } from '../../domain/budget.ts'
import { visibleFrom } from '../../domain/chat.ts'
import type { MessageEntry } from '../../domain/entry.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import { searchTerms } from '../../domain/search-terms.ts'
import type { Actor } from '../../domain/user.ts'
import type { Found, SearchDeps } from './search-chat.ts'
import { formatPlace, parsePlace, type SearchPlace } from './search-cursor.ts'

/** Chats looked at together, in queries of so many chats each. */
const CHATS_PER_STRETCH = 100
const CHATS_PER_QUERY = 25
const QUERIES_AT_ONCE = 4
/** Then the request answers with what it has, be it nothing. */
const MAX_ROUNDS = 4

/**
 * Messages with all of the words in any chat of the asker, as far as they may see. A page may hold fewer than `limit`, and
 * none, while there is a cursor.
 * @throws ChatError `invalid-request` for a cursor that was not given out
 */
export async function searchAll(
  deps: SearchDeps,
  actor: Actor,
  { q, cursor, limit }: { q: string; cursor?: string | undefined; limit: number },
): Promise<Found> {
  const terms = searchTerms(q)
  const found: Hit[] = []
  let place: SearchPlace | undefined = parsePlace(cursor)
  for (let round = 0; place && round < MAX_ROUNDS && found.length <= limit; round++) {
    const more: Round = await readRound(deps, actor, { terms, place, limit: limit + 1 })
    found.push(...more.hits)
    place = more.next
  }
  const shown = found.slice(0, limit)
  const messages = fitting(
    shown.map(({ message }) => message),
    PAGE_BYTES,
  )
  if (messages.length < found.length) place = found[messages.length - 1]!.place
  return { messages, cursor: place && formatPlace(place) }
}

/** A message, and where a search goes on behind it. */
interface Hit {
  message: MessageEntry
  place: SearchPlace
}

interface Round {
  hits: Hit[]
  next: SearchPlace | undefined
}

/** The newest messages of a stretch of chats, from the place on. */
async function readRound(
  deps: SearchDeps,
  { userId }: Actor,
  { terms, place, limit }: { terms: string[]; place: SearchPlace; limit: number },
): Promise<Round> {
  const page = await deps.inbox.list(userId, { cursor: place.inbox, limit: CHATS_PER_STRETCH })
  const chatIds = page.items.map(({ chatId }) => chatId)
  const { heads } = await deps.state.readSummaries(chatIds, userId)
  const headOf = new Map(heads.map((head) => [head.chatId, head]))
  const open = page.items.filter(({ chatId }) => !headOf.get(chatId)?.closed)
  const firstOf = new Map(open.map((item) => [item.chatId, visibleFrom(item, headOf.get(item.chatId))]))
  const ids = [...firstOf.keys()]
  const groups = Array.from({ length: Math.ceil(ids.length / CHATS_PER_QUERY) }, (_, i) =>
    ids.slice(i * CHATS_PER_QUERY, (i + 1) * CHATS_PER_QUERY),
  )
  // What was seen of this instant may come first again.
  const wanted = limit + place.seen.length
  const lists = await fewAtATime(groups, QUERIES_AT_ONCE, (some) =>
    deps.log.searchChats(some, { terms, until: place.until, limit: wanted }),
  )
  const newest = lists.flat().sort(newestFirst).slice(0, wanted)
  const hits: Hit[] = []
  let at = place
  for (const message of newest) {
    if (at.until === message.createdAt && at.seen.includes(idOf(message))) continue
    at = behind(at, message)
    if (message.seq >= firstOf.get(message.chatId)!) hits.push({ message, place: at })
  }
  if (newest.length === wanted) return { hits, next: at }
  return { hits, next: page.cursor === undefined ? undefined : { inbox: page.cursor, seen: [] } }
}

const idOf = ({ chatId, seq }: MessageEntry): string => `${chatId}.${seq}`

function behind({ inbox, until, seen }: SearchPlace, message: MessageEntry): SearchPlace {
  const known = until === message.createdAt ? seen : []
  return { inbox, until: message.createdAt, seen: [...known, idOf(message)] }
}

function newestFirst(a: MessageEntry, b: MessageEntry): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1
  if (a.chatId !== b.chatId) return a.chatId < b.chatId ? -1 : 1
  return b.seq - a.seq
}
