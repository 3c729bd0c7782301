import { isOpen, type Run } from '../../domain/bot.ts'
import { visibleFrom } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership } from '../chats/read-chat.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'
import type { Time } from '../ports/world.ts'
import type { BotDeps } from './bot-deps.ts'
import { tell } from './tell.ts'

export interface StopDeps extends Pick<BotDeps, 'activeRuns' | 'push' | 'logger'> {
  inbox: InboxStore
  log: LogStore
  state: StateStore
  time: Time
}

/**
 * Asks for the end of a run: the call of the model is aborted within a second, what was said by then is kept. Asking
 * twice, or too late, changes nothing.
 * @throws ChatError `chat-not-found`, `not-found`, `forbidden` unless one asked the bot or runs the chat
 */
export async function stopRun(
  deps: StopDeps,
  actor: Actor,
  { chatId, runId }: { chatId: string; runId: string },
): Promise<Run> {
  const [item, head] = await Promise.all([
    readMembership(deps.inbox, actor, chatId),
    deps.state.readHead(chatId),
  ])
  for (;;) {
    const found = await deps.state.readRun(chatId, runId)
    if (!found || found.run.promptSeq < visibleFrom(item, head))
      throw new ChatError('not-found', `There is no run ${runId}.`)
    const { run, etag } = found
    const prompt = await deps.log.readEntry(chatId, run.promptSeq)
    const runsChat = item.role === 'owner' || item.role === 'admin'
    if (![prompt?.senderId, run.askedBy].includes(actor.userId) && !runsChat)
      throw new ChatError('forbidden', 'Only who asked the bot, or runs the chat, may stop it.')
    if (!isOpen(run) || run.stopRequested) return run
    const isIdle = run.state === 'waiting' && run.leaseUntil <= deps.time.now()
    const change = isIdle ? { state: 'stopped' as const } : { stopRequested: true }
    const stopped = { ...run, ...change }
    if (!(await deps.state.replaceRun(stopped, etag))) continue
    if (isIdle) await tell(deps, stopped, { type: 'run.ended', state: 'stopped' })
    deps.activeRuns.get(runId)?.()
    return stopped
  }
}
