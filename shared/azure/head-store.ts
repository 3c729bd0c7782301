// Heads in the container `state`: how far a chat was published, and what its list shows. They only move forward.
import type { Container, PatchOperation } from '@azure/cosmos'
import type { Head } from '../domain/chat.ts'
import type { Position } from '../domain/entry.ts'
import type { HeadMove, StateStore } from '../services/ports/state.ts'
import { createItem, inList, patchItem, queryAll, readItem } from './cosmos-items.ts'
import { type StoredReceipt, toReceipt } from './receipt-store.ts'

/** What one patch takes: https://learn.microsoft.com/azure/cosmos-db/partial-document-update */
const OPERATIONS_PER_PATCH = 10

export function createHeadStore(
  state: Container,
): Pick<
  StateStore,
  | 'readHead'
  | 'readSummaries'
  | 'createHead'
  | 'advanceHead'
  | 'retouchPreview'
  | 'closeHead'
  | 'clearHead'
  | 'pruneSent'
> {
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
    async pruneSent(chatId, folded) {
      for (const [userId, { seq }] of Object.entries(folded)) {
        const path = `/sent/${userId}`
        await patchItem(state, chatId, 'head', [{ op: 'remove', path }], `c.sent["${userId}"].seq <= ${seq}`)
      }
    },
  }
}

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
