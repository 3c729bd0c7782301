// What every model protocol boils down to here: a conversation in, pieces of text and of tool calls out.

export interface Turn {
  role: 'user' | 'model' | 'tool'
  /** Of a tool's turn: its results. */
  text: string
  /** Pictures, sounds and other files that came with the text. */
  attachments: number
  /** What the model wanted to be called. */
  calls?: ToolCall[]
  /** What the tools answered. */
  results?: ToolResult[]
}

export interface ToolCall {
  id: string
  name: string
  /** JSON. */
  args: string
}

export interface ToolResult {
  id: string
  name: string
  content: string
}

export interface Tool {
  name: string
  description?: string | undefined
  /** JSON Schema of an object. */
  parameters?: unknown
}

export interface Conversation {
  model: string
  system?: string
  turns: Turn[]
  tools?: Tool[]
  /** Whether a tool has to be called, must not be, and which ones may; absent: as the model likes. */
  toolChoice?: 'none' | { oneOf: string[] }
  /** The reply has to be JSON, after the schema when there is one. */
  json?: { schema?: unknown }
  maxOutputTokens?: number
  temperature?: number
  stopSequences: string[]
}

/** As Gemini names them. */
export type FinishReason = 'STOP' | 'MAX_TOKENS' | 'SAFETY' | 'RECITATION' | 'OTHER'

export interface Usage {
  promptTokens: number
  replyTokens: number
}

/** A piece of one call's arguments. */
export interface CallPiece extends ToolCall {
  /** Which of the reply's calls, from 0. */
  index: number
  piece: string
  isFirst: boolean
  isLast: boolean
}

export interface Chunk {
  text: string
  call?: CallPiece
  /** Tokens so far; the last chunk's are the totals. */
  usage: Usage
  /** Set on the last chunk only. */
  finish?: FinishReason
}

/** The text of the newest user turn, which scripts match on and answers refer to. */
export function lastUserText(conversation: Conversation): string {
  return conversation.turns.findLast((turn) => turn.role === 'user')?.text ?? ''
}

/** Whether the model is to go on from what tools have answered. */
export function isAfterTool({ turns }: Conversation): boolean {
  return turns.at(-1)?.role === 'tool'
}
