import type { Run } from '../../domain/bot.ts'
import { chatGroup } from '../../domain/chat.ts'
import type { Push } from '../ports/push.ts'
import type { Logger } from '../ports/world.ts'

/** A frame about the run, a hint like every push. */
export async function tell(
  deps: { push: Push; logger: Logger },
  run: Run,
  frame: Record<string, unknown>,
): Promise<void> {
  const { chatId, runId, botId } = run
  try {
    await deps.push.toGroup(chatGroup(chatId), { chatId, runId, botId, ...frame })
  } catch (error) {
    deps.logger('warn', 'run.push.failed', { runId, error: String(error) })
  }
}
