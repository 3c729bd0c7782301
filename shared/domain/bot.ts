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
  /** False for models that take no images. */
  images?: boolean | undefined
  /** Functions that it may call, by name. */
  tools?: string[] | undefined
}

/** A function that others serve over HTTP: called with its arguments as a JSON body, or in the query. */
export interface HttpToolSettings {
  name: string
  description: string
  /** JSON Schema of an object. */
  parameters: Record<string, unknown>
  url: string
  method: 'GET' | 'POST'
  headers?: Record<string, string> | undefined
}

export const BUILT_IN_TOOLS = ['search_chat', 'list_members', 'current_time']

/** What a chat wants otherwise of a bot. */
export interface BotSettings {
  /** Said to the model after the bot's own. */
  systemPrompt?: string | undefined
  temperature?: number | undefined
  /** How many of the newest messages the model is shown; what is older, as a summary. */
  contextMessages?: number | undefined
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
  /** Who asked for it, where that is not who wrote the prompt. */
  askedBy?: string | undefined
  state: RunState
  /** Somebody asked for the end; whoever works on it obeys at the next checkpoint. */
  stopRequested?: boolean | undefined
  /** Counts the tries; text of a higher attempt replaces that of a lower one. */
  attempt: number
  /** Grows with every new owner: a slow owner that lost its lease can no longer write. */
  fence: number
  leaseUntil: number
  text: string
  /** What the model has called. */
  tools?: ToolUse[] | undefined
  /** Why it failed. */
  reason?: FailureReason | undefined
  replySeq?: number | undefined
  usage?: Usage | undefined
  createdAt: string
}

export interface ToolUse {
  name: string
  /** As the model wrote them, cut. */
  arguments: string
  state: 'running' | 'done' | 'failed'
}

/** `model`: no model answered; `refused`: the rules forbid what was asked or said; `quota`: the tokens of the day are used up. */
export type FailureReason = 'model' | 'refused' | 'quota'

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

/** Of a chat's older messages, for the models. Nobody else is shown it. */
export interface Summary {
  chatId: string
  text: string
  /** The first and the last seq that it speaks of. */
  from: number
  through: number
}

/** How long pieces of an answer are collected before they are pushed: longer in a process that makes many answers at once. */
export const deltaMs = (runs: number): number => Math.min(1_000, Math.max(100, runs * 12.5))
