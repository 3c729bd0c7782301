// Bots as configured, and the run that makes one reply to one prompt.

export interface Bot {
  botId: string
  displayName: string
  /** At least one, asked in this order: the next when one fails before its first token. */
  models: [ModelName, ...ModelName[]]
  systemPrompt?: string | undefined
  temperature?: number | undefined
  /** What of the conversation is shown to the model, and how long its answer may be. */
  contextTokens?: number | undefined
  replyTokens?: number | undefined
}

export interface ModelName {
  /** `gemini`, `openai` or `azure-openai`: who is asked, and in which protocol. */
  provider: ProviderName
  /** As the provider calls it: at Azure OpenAI the deployment. */
  model: string
}

export const PROVIDERS = ['gemini', 'openai', 'azure-openai'] as const
export type ProviderName = (typeof PROVIDERS)[number]

/** `waiting` until the chat's earlier prompts are answered. */
export type RunState = 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed'

/** Whether there is still something to be done about the run. */
export const isOpen = ({ state }: { state: RunState }): boolean =>
  state === 'waiting' || state === 'streaming'

export interface Run {
  runId: string
  chatId: string
  botId: string
  promptSeq: number
  /** Tells a regenerated answer from the first one to the same prompt. */
  sibling?: string | undefined
  state: RunState
  /** Somebody asked for the end; whoever works on it obeys at the next checkpoint. */
  stopRequested?: boolean | undefined
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

/** One run at a time answers in a chat. */
export interface Turn {
  chatId: string
  runId: string
  /** Epoch milliseconds. */
  takenAt: number
}
