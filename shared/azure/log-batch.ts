// One transactional batch, there and back: the operations in the order that makes failures tell what happened.
import type { OperationInput, OperationResponse } from '@azure/cosmos'
import type { JobChange } from '../domain/chat-job.ts'
import type { CommitOutcome, LogBatch, MemberChange } from '../services/ports/log.ts'
import {
  chatDocument,
  entryDocument,
  entryId,
  jobDocument,
  jobDocumentId,
  memberDocument,
  memberId,
  rosterDocument,
  rosterId,
  writerDocument,
  writerId,
} from './log-documents.ts'

interface Step {
  operation: OperationInput
  /** What a failure of this operation means. */
  failed(status: number): CommitOutcome
}

const WRITES: ReadonlySet<string> = new Set(['owner', 'admin', 'member'])

/** Creates first (their conflict is the race), then what they change, the members, then who may write, and the guard last. */
export function toSteps(chatId: string, batch: LogBatch): Step[] {
  const conflict = (): CommitOutcome => ({ kind: 'conflict' })
  const memberConflict = (): CommitOutcome => ({ kind: 'member-conflict' })
  const creates: Step[] = batch.entries.map((entry) => ({
    operation: create(entryDocument(entry)),
    failed: conflict,
  }))
  if (batch.chat) creates.unshift({ operation: create(chatDocument(batch.chat)), failed: conflict })
  const stale = (): CommitOutcome => ({ kind: 'stale' })
  const updates: Step[] = (batch.updates ?? []).map(({ entry, etag }) => ({
    operation: replace(entryDocument(entry), etag),
    failed: stale,
  }))
  if (batch.chatUpdate) {
    const { chat, etag } = batch.chatUpdate
    updates.push({ operation: replace(chatDocument(chat), etag), failed: stale })
  }
  const jobs: Step[] = jobOperations(batch.job).map((operation) => ({ operation, failed: stale }))
  const members = (batch.members ?? []).flatMap(memberOperations)
  const writers: Step[] = batch.writers.map((userId) => ({
    operation: { operationType: 'Read', id: writerId(userId) },
    failed: () => ({ kind: 'not-writer', userId }),
  }))
  const guard: Step[] =
    batch.guardSeq === undefined
      ? []
      : [
          {
            operation: { operationType: 'Read', id: entryId(batch.guardSeq) },
            failed: () => ({ kind: 'gap' }),
          },
        ]
  return [
    ...creates,
    ...updates,
    ...jobs,
    ...members.map((operation) => ({ operation, failed: memberConflict })),
    ...writers,
    ...guard,
  ].map((step) => ({ ...step, operation: { ...step.operation, partitionKey: chatId } as OperationInput }))
}

function memberOperations({ kind, member }: MemberChange): OperationInput[] {
  const { chatId, userId, role } = member
  const writer = writerDocument(chatId, userId)
  const dropWriter: OperationInput = { operationType: 'Delete', id: writerId(userId) }
  // Whose right to write was taken by a block has none to delete, and a batch fails with any of its operations.
  const dropAnyWriter: OperationInput[] = [
    { operationType: 'Upsert', resourceBody: writer as never },
    dropWriter,
  ]
  if (kind === 'remove') {
    const drop: OperationInput = { operationType: 'Delete', id: memberId(userId) }
    return WRITES.has(role) ? [drop, ...dropAnyWriter] : [drop]
  }
  if (kind === 'silence') return [dropWriter]
  if (kind === 'unsilence') {
    const stays: OperationInput = { operationType: 'Read', id: memberId(userId) }
    return [stays, { operationType: 'Upsert', resourceBody: writer as never }]
  }
  if (kind === 'create') {
    return WRITES.has(role)
      ? [create(memberDocument(member)), create(writer)]
      : [create(memberDocument(member))]
  }
  const swap: OperationInput = {
    operationType: 'Replace',
    id: memberId(userId),
    resourceBody: memberDocument(member) as never,
  }
  return WRITES.has(role)
    ? [swap, { operationType: 'Upsert', resourceBody: writer as never }]
    : [swap, ...dropAnyWriter]
}

function jobOperations(change: JobChange | undefined): OperationInput[] {
  if (!change) return []
  const { job } = change
  if (change.kind === 'create') return [create(jobDocument(job)), create(rosterDocument(job, change.people))]
  if (change.kind === 'move') return [replace(jobDocument(job), change.etag)]
  return [
    { operationType: 'Delete', id: jobDocumentId(job.jobId) },
    { operationType: 'Delete', id: rosterId(job.jobId) },
  ]
}

const replace = (document: { id: string }, etag: string): OperationInput => ({
  operationType: 'Replace',
  id: document.id,
  ifMatch: etag,
  resourceBody: document as never,
})

const create = (document: object): OperationInput => ({
  operationType: 'Create',
  resourceBody: document as never,
})

/**
 * What became of the batch. The service answers 207 with the real status at the failed operation and 424 at all others:
 * https://learn.microsoft.com/azure/cosmos-db/nosql/transactional-batch
 */
export function toOutcome(steps: Step[], results: OperationResponse[]): CommitOutcome {
  const index = results.findIndex((result) => result.statusCode >= 400 && result.statusCode !== 424)
  if (index < 0) return { kind: 'committed' }
  const { statusCode } = results[index]!
  // A single operation is forbidden for want of room only: whoever may not write at all is refused as a whole.
  if (statusCode === 403) return { kind: 'full' }
  if (statusCode === 429) return { kind: 'throttled', retryAfterMs: 50 }
  if (statusCode === 408 || statusCode === 449 || statusCode >= 500) {
    return { kind: 'unknown', cause: new Error(`Batch operation ${index} answered ${statusCode}.`) }
  }
  return steps[index]!.failed(statusCode)
}
