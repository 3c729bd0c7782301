// The change feed's part in mentions, edits and deletions: what a process that died after its commit left undone, and what
// a replay must find done already. A patched message comes by like a new one; all of this holds for either.
import type { Head } from '../../domain/chat.ts'
import { type MessageEntry, preview, type StoredEntry } from '../../domain/entry.ts'
import { runIdOf } from '../../domain/id.ts'
import { isTouched } from '../../domain/retouch.ts'
import type { BotJob } from '../bots/prompts.ts'
import { type EraseDeps, eraseTraces } from '../messages/erase-traces.ts'
import { applyMentions } from '../messages/mentions.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'

export interface RetouchDeps extends EraseDeps {
  log: LogStore
}

/** Applies what the entries mean to head, inboxes and runs. Returns the seqs that must be looked at again. */
export async function applyRetouches(
  deps: RetouchDeps,
  head: Head,
  entries: StoredEntry[],
): Promise<number[]> {
  const { chatId } = head
  for (const entry of entries) {
    if (entry.type !== 'message' || !entry.mentions) continue
    await applyMentions(deps.inbox, { ...entry, named: entry.mentions })
  }
  const changes = entries.filter((entry) => entry.type === 'edit' || entry.type === 'delete')
  const targets = await readTargets(deps.log, chatId, [...new Set(changes.map(({ target }) => target))])
  const open: number[] = []
  for (const change of changes) {
    const target = targets.get(change.target)
    if (!target) continue
    await retouchHead(deps.state, head, target)
    const { seq, senderId, mentions: named } = target
    if (change.type === 'edit') {
      await applyMentions(deps.inbox, { chatId, seq, senderId, named, dropped: change.dropped })
    } else if (!(await eraseTraces(deps, change, target))) open.push(change.seq)
  }
  return open
}

/** Whoever moved the head may have died before it read as the message does. */
async function retouchHead(state: StateStore, head: Head, target: MessageEntry): Promise<void> {
  const text = preview(target.content)
  if (head.previewSeq === target.seq && head.preview !== text)
    await state.retouchPreview(head.chatId, target.seq, text)
}

async function readTargets(
  log: LogStore,
  chatId: string,
  seqs: number[],
): Promise<Map<number, MessageEntry>> {
  const found = await log.readEntries(chatId, seqs)
  return new Map(found.flatMap((entry) => (entry.type === 'message' ? [[entry.seq, entry]] : [])))
}

/** The jobs without those of messages that were changed since they were first seen: their runs are under way, or over. */
export async function withoutSeen(
  state: StateStore,
  messages: MessageEntry[],
  jobs: BotJob[],
): Promise<BotJob[]> {
  const touched = new Set(messages.filter(isTouched).map(({ seq }) => seq))
  const kept = jobs.map(async (job) => {
    if (!touched.has(job.seq)) return [job]
    const run = await state.readRun(job.chatId, runIdOf(job.chatId, job.seq, job.botId))
    return run && run.run.state !== 'waiting' ? [] : [job]
  })
  return (await Promise.all(kept)).flat()
}
