import type { Run } from '../../domain/bot.ts'
import type { LogStore, ModelRequest } from '../ports.ts'

const CONTEXT_MESSAGES = 40
const CONTEXT_CHARACTERS = 48_000

/**
 * The newest messages from `from` up to the prompt that fit the budget, oldest first, as turns of user and model.
 */
export async function readContext(log: LogStore, run: Run, from: number): Promise<ModelRequest['turns']> {
  const messages = await log.listMessages(run.chatId, {
    from,
    before: run.promptSeq + 1,
    limit: CONTEXT_MESSAGES,
  })
  const turns: ModelRequest['turns'] = []
  let room = CONTEXT_CHARACTERS
  for (const message of messages.reverse()) {
    if (message.content?.type !== 'text') continue
    room -= message.content.text.length
    if (room < 0 && turns.length > 0) break
    turns.unshift({ role: message.senderId === run.botId ? 'model' : 'user', text: message.content.text })
  }
  // A conversation starts with the user: what the bot said before the window is cut off.
  while (turns[0]?.role === 'model') turns.shift()
  return turns
}
