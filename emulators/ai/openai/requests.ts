// Turns the body of a chat completion request into a conversation; what the service knows and the emulator does not act on
// is answered 501, never ignored.
import type { Conversation, Tool, ToolResult, Turn } from '../conversation.ts'
import { countPrompt } from '../tokens.ts'
import { invalid, unimplemented } from './errors.ts'
import { contextWindow, isReasoning } from './models.ts'
import { type CompletionRequest, type Message, parseBody } from './schema.ts'

export interface Ask {
  conversation: Conversation
  isStream: boolean
  hasUsage: boolean
}

/**
 * @param name the deployment, where the path names one; else the request names the model
 * @param modelOf the model behind that name. @throws what it throws for an unknown one
 * @throws OpenAiError 400, 404 or 501
 */
export function parseAsk(body: Buffer, name: string | undefined, modelOf: (name: string) => string): Ask {
  const request = parseBody(body)
  const asked = name ?? request.model
  if (asked === undefined) throw invalid('you must provide a model parameter', null, null)
  const model = modelOf(asked)
  refuseUnimplemented(request)
  checkModelLimits(request, model)
  checkToolTurns(request.messages)
  const conversation = toConversation(asked, request)
  checkLength(conversation, model)
  return {
    conversation,
    isStream: request.stream ?? false,
    hasUsage: request.stream_options?.include_usage ?? false,
  }
}

function refuseUnimplemented(request: CompletionRequest): void {
  const { response_format: format, modalities, n, logprobs } = request
  if ((n ?? 1) !== 1) throw unimplemented('more than one choice (n)')
  if (logprobs) throw unimplemented('logprobs')
  if (format?.type === 'grammar' || format?.type === 'python')
    throw unimplemented(`response_format ${format.type}`)
  if (modalities?.some((modality) => modality !== 'text')) throw unimplemented('modalities other than text')
  for (const name of [
    'audio',
    'functions',
    'function_call',
    'logit_bias',
    'prediction',
    'top_logprobs',
    'web_search_options',
    'data_sources',
  ] as const) {
    if (request[name] !== undefined && request[name] !== null) throw unimplemented(name)
  }
}

/** What `response_format` asks for. @throws OpenAiError 400 where JSON is wanted and nobody has told the model so */
function jsonOf({ response_format: format, messages }: CompletionRequest): Conversation['json'] {
  if (format?.type === 'json_schema') return { schema: format.json_schema.schema ?? {} }
  if (format?.type !== 'json_object') return undefined
  if (/json/i.test(JSON.stringify(messages))) return {}
  throw invalid(
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    'messages',
    null,
  )
}

function checkModelLimits(request: CompletionRequest, model: string): void {
  if (!isReasoning(model)) return
  if (request.max_tokens != null) {
    throw invalid(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'unsupported_parameter',
    )
  }
  if ((request.temperature ?? 1) !== 1) {
    throw invalid(
      `Unsupported value: 'temperature' does not support ${request.temperature} with this model. Only the default (1) value is supported.`,
      'temperature',
      'unsupported_value',
    )
  }
}

/** Every call is answered before anything else is said, and nothing is answered that was not called. */
function checkToolTurns(messages: Message[]): void {
  const open = new Set<string>()
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (open.delete(message.tool_call_id)) continue
      throw invalid(
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        `messages.[${index}].role`,
        null,
      )
    }
    requireAnswered(open, index)
    if (message.role !== 'assistant') continue
    for (const { id } of message.tool_calls ?? []) open.add(id)
  }
  requireAnswered(open, messages.length)
}

function requireAnswered(open: Set<string>, index: number): void {
  if (open.size === 0) return
  throw invalid(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
    `messages.[${index}].role`,
    null,
  )
}

function toConversation(model: string, request: CompletionRequest): Conversation {
  const { messages, tools = [], stop, temperature } = request
  const system = messages.flatMap((message) =>
    message.role === 'system' || message.role === 'developer' ? [textOf(message.content)] : [],
  )
  const limit = request.max_completion_tokens ?? request.max_tokens ?? undefined
  const declared = tools.map(toTool)
  const toolChoice = choiceOf(request, declared)
  const json = jsonOf(request)
  const names = new Map<string, string>()
  return {
    model,
    turns: messages.flatMap((message) => toTurn(message, names)),
    ...(system.length > 0 && { system: system.join('\n\n') }),
    ...(declared.length > 0 && { tools: declared }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(json && { json }),
    ...(limit !== undefined && { maxOutputTokens: limit }),
    ...(temperature != null && { temperature }),
    stopSequences: [stop ?? []].flat(),
  }
}

function toTurn(message: Message, names: Map<string, string>): Turn[] {
  switch (message.role) {
    case 'user': {
      const parts = typeof message.content === 'string' ? [] : message.content
      for (const part of parts) if (part.type === 'image_url') checkImage(part.image_url.url)
      const attachments = parts.filter(({ type }) => type === 'image_url').length
      return [{ role: 'user', text: textOf(message.content), attachments }]
    }
    case 'assistant': {
      if (message.audio != null) throw unimplemented('audio')
      if (message.function_call != null) throw unimplemented('function_call')
      const calls = (message.tool_calls ?? []).map(({ id, function: called }) => ({
        id,
        name: called.name,
        args: called.arguments,
      }))
      for (const { id, name } of calls) names.set(id, name)
      const text = textOf(message.content ?? '')
      return [{ role: 'model', text, attachments: 0, ...(calls.length > 0 && { calls }) }]
    }
    case 'tool': {
      const { tool_call_id: id, content } = message
      const result: ToolResult = { id, name: names.get(id) ?? '', content: textOf(content) }
      return [{ role: 'tool', text: result.content, attachments: 0, results: [result] }]
    }
    default:
      return []
  }
}

function textOf(content: string | { type: string; text?: unknown }[]): string {
  if (typeof content === 'string') return content
  return content
    .map((part) => {
      if (part.type === 'input_audio' || part.type === 'file' || part.type === 'refusal')
        throw unimplemented(`parts of the kind ${part.type}`)
      return part.type === 'text' ? String(part.text) : ''
    })
    .join('')
}

/** The emulator fetches nothing: pictures come with the request. */
function checkImage(url: string): void {
  if (/^https?:/.test(url)) throw unimplemented('images by URL; use a data URL')
  if (/^data:image\/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/.test(url)) return
  throw invalid(
    "You uploaded an unsupported image. Please make sure your image has one of the following formats: ['png', 'jpeg', 'gif', 'webp'].",
    null,
    'invalid_image_format',
  )
}

function toTool(tool: NonNullable<CompletionRequest['tools']>[number]): Tool {
  if (tool.type === 'custom') throw unimplemented('custom tools')
  const { name, description, parameters } = tool.function
  return { name, description, parameters }
}

function choiceOf({ tool_choice: choice }: CompletionRequest, tools: Tool[]): Conversation['toolChoice'] {
  if (choice === undefined || choice === 'auto') return undefined
  if (tools.length === 0)
    throw invalid("'tool_choice' is only allowed when 'tools' are specified.", 'tool_choice', null)
  if (choice === 'none') return 'none'
  if (choice === 'required') return { oneOf: tools.map(({ name }) => name) }
  if (choice.type !== 'function') throw unimplemented(`tool_choice ${choice.type}`)
  const { name } = choice.function
  if (tools.some((tool) => tool.name === name)) return { oneOf: [name] }
  throw invalid(
    `Invalid value for 'tool_choice': no function named '${name}' was specified in the 'tools' parameter.`,
    'tool_choice',
    null,
  )
}

function checkLength(conversation: Conversation, model: string): void {
  const window = contextWindow(model)
  const tokens = countPrompt(conversation)
  const reply = conversation.maxOutputTokens ?? 0
  if (tokens + reply <= window) return
  const asked =
    reply === 0
      ? `However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`
      : `However, you requested ${tokens + reply} tokens (${tokens} in the messages, ${reply} in the completion). Please reduce the length of the messages or completion.`
  throw invalid(
    `This model's maximum context length is ${window} tokens. ${asked}`,
    'messages',
    'context_length_exceeded',
  )
}
