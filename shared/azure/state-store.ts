// The `state` container: heads, receipts and runs, hot and mutable, apart from the log's change feed.
import type { Container, OperationInput, PatchOperation } from '@azure/cosmos'
import { isOpen, type Run, type Summary, type Turn } from '../domain/bot.ts'
import type { Head, Receipt } from '../domain/chat.ts'
import type { Position } from '../domain/entry.ts'
import { fewAtATime } from '../domain/few-at-a-time.ts'
import type { HeadMove, StateStore } from '../services/ports/state.ts'
import {
  batchItems,
  createItem,
  deleteItem,
  inList,
  insertItem,
  patchItem,
  queryAll,
  readItem,
  replaceItem,
} from './cosmos-items.ts'
import { withoutSystemFields } from './log-documents.ts'

const RUN_TTL_S = 30 * 24 * 3600
/** What one patch takes: https://learn.microsoft.com/azure/cosmos-db/partial-document-update */
const OPERATIONS_PER_PATCH = 10
const DELETES_AT_ONCE = 10

export function createStateStore(state: Container): StateStore {
  return {
    async readHead(chatId) {
      const found = await readItem<StoredHead>(state, chatId, 'head')
      return found && toHead(found.item)
    },
    async readSummaries(chatIds, userId, movedSince) {
      if (chatIds.length === 0) return { heads: [], receipts: [] }
      const asked = inList('chat', chatIds)
      const moved = movedSince === undefined ? '' : " OR (c.receiptOf > '' AND c._ts >= @movedSince)"
      const text = `SELECT * FROM c WHERE c.chatId IN ${asked.text} AND (c.id = 'head' OR c.receiptOf = @userId${moved})`
      const values = { ...asked.values, userId, ...(movedSince !== undefined && { movedSince }) }
      const found = await queryAll<StoredHead | StoredReceipt>(state, { text, values })
      return {
        heads: found.flatMap((item) => ('last' in item ? [toHead(item)] : [])),
        receipts: found.flatMap((item) => ('receiptOf' in item ? [toReceipt(item)] : [])),
      }
    },
    createHead: (head) => createItem(state, toStoredHead(head)),
    advanceHead: (chatId, to) => advanceHead(state, chatId, to),
    retouchPreview: (chatId, seq, text) => retouchPreview(state, chatId, seq, text),
    async closeHead(chatId, cleared) {
      const operations: PatchOperation[] = [
        { op: 'set', path: '/closed', value: true },
        { op: 'set', path: '/cleared', value: cleared },
        { op: 'set', path: '/last/preview', value: '' },
        { op: 'set', path: '/sent', value: {} },
      ]
      await patchItem(state, chatId, 'head', operations)
    },
    clearHead: (chatId, to) => clearHead(state, chatId, to),
    async purge(chatId) {
      const text = "SELECT VALUE c.id FROM c WHERE c.id != 'head' AND NOT STARTSWITH(c.id, 'attachment:')"
      const ids = await queryAll<string>(state, { partition: chatId, text })
      await fewAtATime(ids, DELETES_AT_ONCE, (id) => deleteItem(state, chatId, id))
    },
    async pruneSent(chatId, folded) {
      for (const [userId, { seq }] of Object.entries(folded)) {
        const path = `/sent/${userId}`
        await patchItem(state, chatId, 'head', [{ op: 'remove', path }], `c.sent["${userId}"].seq <= ${seq}`)
      }
    },
    async readReceipt(chatId, userId) {
      const found = await readItem<StoredReceipt>(state, chatId, `receipt:${userId}`)
      return found && toReceipt(found.item)
    },
    async listReceipts(chatId) {
      const text = "SELECT * FROM c WHERE c.receiptOf > ''"
      return (await queryAll<StoredReceipt>(state, { partition: chatId, text })).map(toReceipt)
    },
    async listReceiptsOf(chatIds) {
      if (chatIds.length === 0) return []
      const asked = inList('chat', chatIds)
      const text = `SELECT * FROM c WHERE c.chatId IN ${asked.text} AND c.receiptOf > ''`
      return (await queryAll<StoredReceipt>(state, { text, values: asked.values })).map(toReceipt)
    },
    async readTurn(chatId) {
      const found = await readItem<Turn & { id: string }>(state, chatId, 'turn')
      return found && { turn: withoutSystemFields(found.item), etag: found.etag }
    },
    async writeTurn(turn, etag) {
      const item = { id: 'turn', ttl: RUN_TTL_S, ...turn }
      if (etag === undefined) return createItem(state, item)
      return (await replaceItem(state, turn.chatId, item, etag)) !== undefined
    },
    async listWaitingRuns(chatId) {
      const text = "SELECT * FROM c WHERE c.runState = 'waiting'"
      const runs = (await queryAll<Run>(state, { partition: chatId, text })).map(toRun)
      return runs.sort((a, b) => a.promptSeq - b.promptSeq)
    },
    async listLapsedRuns(before, limit) {
      const text = `SELECT TOP ${limit} * FROM c WHERE c.runState = @runState AND c.leaseUntil < @before`
      const of = (runState: string) => queryAll<Run>(state, { text, values: { runState, before } })
      // Those that wait for their turn may be many, and must not hide the one that they wait for.
      const [begun, waiting] = await Promise.all([of('streaming'), of('waiting')])
      return [...begun, ...waiting].slice(0, limit).map(toRun)
    },
    moveReceipt: (chatId, userId, mark, to, step) =>
      moveReceipt(state, { chatId, userId, mark, to, step: step !== undefined }),
    async readSteps(chatId, from, through) {
      const text = "SELECT * FROM c WHERE c.readBy > '' AND c.readSeq >= @from AND c.readFrom < @through"
      const found = await queryAll<StoredStep>(state, { partition: chatId, text, values: { from, through } })
      return found.map((step) => ({
        userId: step.readBy,
        from: step.readFrom,
        seq: step.readSeq,
        at: step.at,
      }))
    },
    async readSummary(chatId) {
      const found = await readItem<Summary>(state, chatId, 'summary')
      return found && { summary: toSummary(found.item), etag: found.etag }
    },
    async writeSummary(summary, etag) {
      const item = { id: 'summary', ttl: RUN_TTL_S, ...summary }
      if (etag === undefined) return createItem(state, item)
      return (await replaceItem(state, summary.chatId, item, etag)) !== undefined
    },
    async dropSummary(chatId, seq = 0) {
      const found = await readItem<Summary>(state, chatId, 'summary')
      if (found && seq <= found.item.through) await deleteItem(state, chatId, 'summary')
    },
    async createRun(run) {
      const item = runDocument(run)
      const etag = await insertItem(state, item)
      if (etag !== undefined) return { run, etag, created: true }
      const found = await readItem<Run>(state, run.chatId, item.id)
      if (!found) throw new Error(`The run ${run.runId} vanished.`)
      return { run: toRun(found.item), etag: found.etag, created: false }
    },
    async readRun(chatId, runId) {
      const found = await readItem<Run>(state, chatId, `run:${runId}`)
      return found && { run: toRun(found.item), etag: found.etag }
    },
    async replaceRun(run, etag) {
      const next = await replaceItem(state, run.chatId, runDocument(run), etag)
      return next === undefined ? undefined : { etag: next }
    },
  }
}

/** Open runs are looked for by `runState`, which an ended one has no more: the index holds only what is under way. */
const runDocument = (run: Run) => ({
  id: `run:${run.runId}`,
  ttl: RUN_TTL_S,
  ...run,
  ...(isOpen(run) && { runState: run.state }),
})

function toRun(item: Run): Run {
  const {
    runState: _,
    ttl: __,
    ...run
  } = withoutSystemFields(item) as Run & { runState?: string; ttl?: number }
  return run
}

const toSummary = ({ chatId, text, from, through }: Summary): Summary => ({ chatId, text, from, through })

/** `last` is one object, so that moving the head is one patch operation. */
interface StoredHead {
  id: string
  chatId: string
  kind: Head['kind']
  name: Head['name']
  visibility?: Head['visibility']
  memberCount: number
  last: Position & { at: string; preview: string; previewSeq: number; senderId: string }
  cleared?: Position
  closed?: boolean
  sent: Head['sent']
}

function toStoredHead({ cleared, visibility, ...head }: Head): StoredHead {
  const { chatId, kind, name, memberCount, sent, ...last } = head
  return {
    ...{ id: 'head', chatId, kind, name, memberCount, last, sent },
    ...(visibility && { visibility }),
    ...(cleared && { cleared }),
  }
}

const toHead = ({ cleared, closed, visibility, last, ...about }: StoredHead): Head => ({
  chatId: about.chatId,
  kind: about.kind,
  name: about.name,
  memberCount: about.memberCount,
  sent: about.sent,
  ...(visibility && { visibility }),
  ...(cleared && { cleared }),
  ...(closed && { closed }),
  ...last,
})

async function advanceHead(state: Container, chatId: string, to: HeadMove): Promise<boolean> {
  const { sent, preview, retouched = [], cleared, seq, n, at, senderId, ...about } = to
  // On its own: whoever clears does not wait for the head to get there, and must not be set back by who comes late.
  if (cleared) await clearHead(state, chatId, cleared)
  const last = { seq, n, at, senderId, preview: preview?.text, previewSeq: preview?.seq }
  const operations = [...settings('/last/', last), ...settings('/', about)]
  const senders: PatchOperation[] = Object.entries(sent).map(([userId, value]) => ({
    op: 'set',
    path: `/sent/${userId}`,
    value,
  }))
  const first = [...operations, ...senders.splice(0, OPERATIONS_PER_PATCH - operations.length)]
  const behind = `c.last.seq < ${to.seq}`
  let outcome: Awaited<ReturnType<typeof patchItem>> = 'unmet'
  // An older message that reads differently now is one write with the move: by itself, whoever is slow would put back what
  // another has changed or deleted since. Whoever is ahead of us has published what we did, and shows it as it read then.
  const changes = new Map(preview ? [] : retouched.map((change) => [change.seq, change.text]))
  for (const [changed, text] of changes) {
    const both = [...first, { op: 'set' as const, path: '/last/preview', value: text }]
    outcome = await patchItem(state, chatId, 'head', both, `${behind} AND c.last.previewSeq = ${changed}`)
    if (outcome === 'patched') break
  }
  if (outcome !== 'patched') outcome = await patchItem(state, chatId, 'head', first, behind)
  // Somebody is ahead of us: what they wrote of these senders is newer.
  while (outcome === 'patched' && senders.length > 0) {
    await patchItem(state, chatId, 'head', senders.splice(0, OPERATIONS_PER_PATCH))
  }
  return outcome === 'patched'
}

async function clearHead(state: Container, chatId: string, { seq, n }: Position): Promise<boolean> {
  const clear = [{ op: 'set' as const, path: '/cleared', value: { seq, n } }]
  const outcome = await patchItem(
    state,
    chatId,
    'head',
    clear,
    `(NOT IS_DEFINED(c.cleared) OR c.cleared.seq < ${seq})`,
  )
  if (outcome === 'absent') return false
  const hide = [{ op: 'set' as const, path: '/last/preview', value: '' }]
  await patchItem(state, chatId, 'head', hide, `c.last.previewSeq <= ${seq}`)
  return true
}

async function retouchPreview(state: Container, chatId: string, seq: number, text: string): Promise<void> {
  const operation = { op: 'set' as const, path: '/last/preview', value: text }
  await patchItem(state, chatId, 'head', [operation], `c.last.previewSeq = ${seq}`)
}

const settings = (at: string, values: Record<string, unknown>): PatchOperation[] =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ op: 'set' as const, path: `${at}${name}`, value }))

interface StoredReceipt {
  id: string
  chatId: string
  receiptOf: string
  delivered: Receipt['delivered']
  read: Receipt['read']
}

const toReceipt = ({ chatId, receiptOf, delivered, read }: StoredReceipt): Receipt => ({
  chatId,
  userId: receiptOf,
  delivered,
  read,
})

const UNSEEN = { seq: 0, n: 0, at: null }

/** Reading implies delivery, so a read mark moves both, each only forward. */
interface StoredStep {
  id: string
  chatId: string
  readBy: string
  readFrom: number
  readSeq: number
  at: string
}

interface Move {
  chatId: string
  userId: string
  mark: 'delivered' | 'read'
  to: Position & { at: string }
  step: boolean
}

async function moveReceipt(state: Container, { chatId, userId, mark, to, step }: Move): Promise<Receipt> {
  const id = `receipt:${userId}`
  for (;;) {
    const found = await readItem<StoredReceipt>(state, chatId, id)
    const now = found?.item ?? { id, chatId, receiptOf: userId, delivered: UNSEEN, read: UNSEEN }
    const next = {
      ...now,
      delivered: to.seq > now.delivered.seq ? to : now.delivered,
      read: mark === 'read' && to.seq > now.read.seq ? to : now.read,
    }
    const moved = next.delivered !== now.delivered || next.read !== now.read
    if (!moved) return toReceipt(next)
    if (step && next.read !== now.read) {
      const kept = stepDocument(chatId, userId, now.read.seq, to)
      if (await batchItems(state, chatId, [put(next, found?.etag), create(kept)])) return toReceipt(next)
      continue
    }
    const stored = found ? await replaceItem(state, chatId, next, found.etag) : await createItem(state, next)
    if (stored) return toReceipt(next)
  }
}

/** Written with the receipt, so that the steps of a reader follow on one another: none is missing, none overlaps. */
const stepDocument = (
  chatId: string,
  userId: string,
  from: number,
  { seq, at }: Position & { at: string },
): StoredStep => ({
  id: `read:${userId}:${String(seq).padStart(10, '0')}`,
  chatId,
  readBy: userId,
  readFrom: from,
  readSeq: seq,
  at,
})

const create = (document: object): OperationInput => ({
  operationType: 'Create',
  resourceBody: document as never,
})

const put = (document: object & { id: string }, etag: string | undefined): OperationInput =>
  etag === undefined
    ? create(document)
    : {
        operationType: 'Replace',
        id: document.id,
        ifMatch: etag,
        resourceBody: document as never,
      }
