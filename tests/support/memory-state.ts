import { isOpen, type Run, type Summary, type Turn } from '../../shared/domain/bot.ts'
import type { Head, Receipt } from '../../shared/domain/chat.ts'
import type { ReadStep } from '../../shared/domain/read-at.ts'
import type { StateStore } from '../../shared/services/ports/state.ts'

const UNSEEN = { seq: 0, n: 0, at: null }

/** The port of heads, receipts and runs, met by maps. */
export function memoryState(): StateStore {
  const heads = new Map<string, Head>()
  const receipts = new Map<string, Receipt>()
  const steps: (ReadStep & { chatId: string })[] = []
  const runs = new Map<string, { run: Run; etag: string }>()
  const summaries = new Map<string, { summary: Summary; etag: string }>()
  const turns = new Map<string, { turn: Turn; etag: string }>()
  const receiptsOf = (chatId: string) => [...receipts.values()].filter((receipt) => receipt.chatId === chatId)
  return {
    readHead: async (chatId) => heads.get(chatId),
    readSummaries: async (chatIds, userId, movedSince) => ({
      heads: chatIds.flatMap((chatId) => heads.get(chatId) ?? []),
      // Nothing is stamped here: from any time on, everything has moved.
      receipts: [...receipts.values()].filter(
        (receipt) =>
          chatIds.includes(receipt.chatId) && (movedSince !== undefined || receipt.userId === userId),
      ),
    }),
    async createHead(head) {
      if (heads.has(head.chatId)) return false
      heads.set(head.chatId, head)
      return true
    },
    async advanceHead(chatId, move) {
      const { sent, preview, retouched = [], memberCount, name, visibility, cleared, ...to } = move
      const before = heads.get(chatId)
      if (!before || before.seq >= to.seq) return false
      const changed = retouched.findLast(({ seq }) => seq === before.previewSeq)
      const head = { ...before, preview: changed?.text ?? before.preview }
      heads.set(chatId, {
        ...head,
        ...to,
        preview: preview?.text ?? head.preview,
        previewSeq: preview?.seq ?? head.previewSeq,
        memberCount: memberCount ?? head.memberCount,
        name: name ?? head.name,
        visibility: visibility ?? head.visibility,
        cleared: cleared ?? head.cleared,
        sent: { ...head.sent, ...sent },
      })
      return true
    },
    async retouchPreview(chatId, seq, text) {
      const head = heads.get(chatId)
      if (head?.previewSeq === seq) heads.set(chatId, { ...head, preview: text })
    },
    async closeHead(chatId, cleared) {
      const head = heads.get(chatId)
      if (head) heads.set(chatId, { ...head, cleared, closed: true, preview: '', sent: {} })
    },
    async clearHead(chatId, cleared) {
      const head = heads.get(chatId)
      if (!head) return false
      const further = (head.cleared?.seq ?? 0) < cleared.seq ? cleared : head.cleared
      const preview = head.previewSeq <= cleared.seq ? '' : head.preview
      heads.set(chatId, { ...head, cleared: further, preview })
      return true
    },
    async purge(chatId) {
      for (const kept of [receipts, runs])
        for (const key of [...kept.keys()]) if (key.startsWith(`${chatId}/`)) kept.delete(key)
    },
    async pruneSent(chatId, folded) {
      const sent = heads.get(chatId)?.sent ?? {}
      for (const [userId, { seq }] of Object.entries(folded)) {
        if (sent[userId] && sent[userId].seq <= seq) delete sent[userId]
      }
    },
    readReceipt: async (chatId, userId) => receipts.get(`${chatId}/${userId}`),
    listReceipts: async (chatId) => receiptsOf(chatId),
    listReceiptsOf: async (chatIds) => chatIds.flatMap(receiptsOf),
    async moveReceipt(chatId, userId, mark, to, step) {
      const now = receipts.get(`${chatId}/${userId}`) ?? { chatId, userId, delivered: UNSEEN, read: UNSEEN }
      const next = {
        ...now,
        delivered: to.seq > now.delivered.seq ? to : now.delivered,
        read: mark === 'read' && to.seq > now.read.seq ? to : now.read,
      }
      receipts.set(`${chatId}/${userId}`, next)
      if (step && next.read !== now.read)
        steps.push({ chatId, userId, from: now.read.seq, seq: to.seq, at: to.at })
      return next
    },
    readSteps: async (chatId, from, through) =>
      steps.filter((step) => step.chatId === chatId && step.from < through && step.seq >= from),
    readSummary: async (chatId) => summaries.get(chatId),
    async writeSummary(summary, etag) {
      if (summaries.get(summary.chatId)?.etag !== etag) return false
      summaries.set(summary.chatId, { summary, etag: String(Number(etag ?? 0) + 1) })
      return true
    },
    async dropSummary(chatId, seq = 0) {
      if (seq <= (summaries.get(chatId)?.summary.through ?? -1)) summaries.delete(chatId)
    },
    async createRun(run) {
      const key = `${run.chatId}/${run.runId}`
      const known = runs.get(key)
      if (known) return { ...known, created: false }
      runs.set(key, { run, etag: '1' })
      return { run, etag: '1', created: true }
    },
    readTurn: async (chatId) => turns.get(chatId),
    async writeTurn(turn, etag) {
      const now = turns.get(turn.chatId)
      if (now?.etag !== etag) return false
      turns.set(turn.chatId, { turn, etag: String(Number(etag ?? 0) + 1) })
      return true
    },
    listWaitingRuns: async (chatId) =>
      [...runs.values()]
        .filter(({ run }) => run.chatId === chatId && run.state === 'waiting')
        .sort((a, b) => a.run.promptSeq - b.run.promptSeq),
    listLapsedRuns: async (before, limit) =>
      [...runs.values()]
        .map(({ run }) => run)
        .filter((run) => isOpen(run) && run.leaseUntil < before)
        .slice(0, limit),
    readRun: async (chatId, runId) => runs.get(`${chatId}/${runId}`),
    async replaceRun(run, etag) {
      const key = `${run.chatId}/${run.runId}`
      if (runs.get(key)?.etag !== etag) return undefined
      const next = String(Number(etag) + 1)
      runs.set(key, { run, etag: next })
      return { etag: next }
    },
  }
}
