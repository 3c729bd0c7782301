// What the use cases need of a model.

/** What a model is asked. Which model, is the provider's own. */
export interface ModelRequest {
  system?: string | undefined
  temperature?: number | undefined
  maxOutputTokens?: number | undefined
  tools?: ModelTool[] | undefined
  turns: ModelTurn[]
}

/** What a model may call. `parameters` is a JSON Schema of an object. */
export interface ModelTool {
  name: string
  description: string
  parameters: Record<string, unknown>
}

export type ModelTurn =
  | { role: 'user'; text: string; images?: ModelImage[] | undefined }
  | { role: 'model'; text: string; toolCalls?: ToolCall[] | undefined }
  /** The answers to all calls of the turn before, in its order. */
  | { role: 'tool'; results: ToolResult[] }

/** `data` is base64. */
export interface ModelImage {
  mimeType: string
  data: string
}

export interface ToolCall {
  id: string
  name: string
  /** JSON as the model wrote it: nobody has checked that it is any. */
  arguments: string
  /** The model's own mark, which it wants to see again with the call. */
  signature?: string | undefined
}

export interface ToolResult {
  callId: string
  name: string
  content: string
}

/** `filtered`: the model, or its service, refused to go on. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'filtered' | 'other'

/**
 * The pieces of an answer in their order. Text may be empty: the model is at work. `finish` comes once, `usage` holds the
 * totals so far.
 */
export type ModelChunk =
  | { text: string }
  | { toolCall: ToolCall }
  | { finish: FinishReason }
  | { usage: { promptTokens: number; replyTokens: number } }

/**
 * Streams one answer. Aborting the signal ends the call upstream.
 * @throws Error that says what went wrong upstream, or the reason of the signal
 */
export type Provider = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelChunk>
