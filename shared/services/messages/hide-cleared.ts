import type { Chat } from '../../domain/chat.ts'
import type { Position } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { ensureHead } from '../chats/membership.ts'
import type { StateStore } from '../ports/state.ts'
import type { Time } from '../ports/world.ts'

export interface HideDeps {
  state: StateStore
  time: Time
}

const TRIES = 5
const PAUSE_MS = 50

/**
 * From here on nobody reads what stands up to the position: every reading goes by the head. Only forward.
 * @throws ChatError `busy`, `unavailable` when the head cannot be written: the feed, or the same request, does it again
 */
export async function hideCleared(
  deps: HideDeps,
  chat: Chat,
  { seq, n }: Position,
  tries = TRIES,
): Promise<void> {
  try {
    if (await deps.state.clearHead(chat.chatId, { seq, n })) return
    await ensureHead(deps, chat, chat.memberCount ?? 1)
    await deps.state.clearHead(chat.chatId, { seq, n })
  } catch (error) {
    const passes = error instanceof ChatError && (error.code === 'busy' || error.code === 'unavailable')
    if (!passes || tries <= 1) throw error
    await deps.time.sleep(PAUSE_MS * (TRIES + 1 - tries))
    await hideCleared(deps, chat, { seq, n }, tries - 1)
  }
}
