// What every model protocol boils down to here: a conversation in, pieces of text out.

export interface Turn {
  role: 'user' | 'model'
  text: string
  /** Pictures, sounds and other files that came with the text. */
  attachments: number
}

export interface Conversation {
  model: string
  system?: string
  turns: Turn[]
  maxOutputTokens?: number
  stopSequences: string[]
}

export type FinishReason = 'STOP' | 'MAX_TOKENS' | 'SAFETY' | 'RECITATION' | 'OTHER'

export interface Usage {
  promptTokens: number
  replyTokens: number
}

export interface Chunk {
  text: string
  /** Tokens so far; the last chunk's are the totals. */
  usage: Usage
  /** Set on the last chunk only. */
  finish?: FinishReason
}

/** The text of the newest user turn, which scripts match on and answers refer to. */
export function lastUserText(conversation: Conversation): string {
  return conversation.turns.findLast((turn) => turn.role === 'user')?.text ?? ''
}
