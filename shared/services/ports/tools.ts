// What a bot may call.
import type { ModelTool } from './model.ts'

/** A function that a bot may call. */
export interface Tool extends ModelTool {
  /** @throws Error whose message the model is told */
  run(args: Record<string, unknown>, scope: ToolScope, signal: AbortSignal): Promise<string>
}

/** Where, and for whom, a tool is called. */
export interface ToolScope {
  chatId: string
  /** Who asked the bot. */
  userId: string
}
