// What a deleted message leaves elsewhere: the text of the run that wrote it, its attachment, the inboxes of those it
// named, and the summary for the bots. The one place for whatever else must go with a message. Runs right after the deletion and again from the change
// feed.
import type { DeleteEntry, MessageEntry } from '../../domain/entry.ts'
import { type RemoveDeps, removeAttachments } from '../media/remove-attachments.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { StateStore } from '../ports/state.ts'
import { applyMentions } from './mentions.ts'

export interface EraseDeps extends RemoveDeps {
  state: StateStore
  inbox: InboxStore
}

/** Idempotent. False when something is still being written and must be looked at again. */
export async function eraseTraces(
  deps: EraseDeps,
  entry: DeleteEntry,
  target: MessageEntry,
): Promise<boolean> {
  const { chatId, attachmentId } = entry
  const { seq, senderId } = target
  const [erased] = await Promise.all([
    target.run === undefined || eraseRunText(deps.state, chatId, target.run.runId),
    applyMentions(deps.inbox, { chatId, seq, senderId, dropped: entry.dropped }),
    attachmentId !== undefined && removeAttachments(deps, chatId, [attachmentId]),
    deps.state.dropSummary(chatId, seq),
  ])
  return erased
}

/** A run that has not ended yet writes its text once more: false, until it has. */
export async function eraseRunText(state: StateStore, chatId: string, runId: string): Promise<boolean> {
  for (;;) {
    const found = await state.readRun(chatId, runId)
    if (!found || found.run.text === '') return true
    if (found.run.state === 'streaming') return false
    if (await state.replaceRun({ ...found.run, text: '' }, found.etag)) return true
  }
}
