// Bots as configured, and the run that makes one reply to one prompt.

export interface Bot {
  botId: string
  displayName: string
  provider: string
  model: string
  systemPrompt?: string | undefined
}

export type RunState = 'streaming' | 'done' | 'stopped' | 'failed'

export interface Run {
  runId: string
  chatId: string
  botId: string
  promptSeq: number
  state: RunState
  /** Counts the tries; text of a higher attempt replaces that of a lower one. */
  attempt: number
  /** Grows with every new owner: a slow owner that lost its lease can no longer write. */
  fence: number
  leaseUntil: number
  text: string
  replySeq?: number | undefined
  usage?: Usage | undefined
  createdAt: string
}

export interface Usage {
  promptTokens: number
  replyTokens: number
  firstTokenMs: number
  totalMs: number
}
