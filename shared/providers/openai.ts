// OpenAI's chat completions: of OpenAI, of Azure OpenAI, and of every server that speaks the same. Of OpenAI's package
// only the reader of streams and the types are used: its client brings 400 KB of other services.
// https://platform.openai.com/docs/api-reference/chat , https://learn.microsoft.com/azure/ai-foundry/openai/reference
import { APIError } from 'openai/core/error'
import { Stream } from 'openai/core/streaming'
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions'
import * as z from 'zod'
import type {
  FinishReason,
  ModelChunk,
  ModelRequest,
  ModelTurn,
  Provider,
  ToolCall,
} from '../services/ports/model.ts'
import { ModelFailure } from './model-failure.ts'

export interface OpenAiOptions {
  /** Without it a server is asked that wants none. Asked for with every request, since keys change. */
  apiKey(): Promise<string | undefined>
  baseUrl?: string | undefined
}

/** Providers that stream from OpenAI, or from whatever speaks its protocol at `baseUrl`. */
export function createOpenAi({ apiKey, baseUrl }: OpenAiOptions): (model: string) => Provider {
  return (model) =>
    completions(model, async () => {
      const key = await apiKey()
      if (!key && baseUrl === undefined) throw notConfigured('OPENAI_API_KEY')
      return {
        url: `${(baseUrl ?? OPENAI).replace(/\/$/, '')}/chat/completions`,
        headers: new Headers(key ? { authorization: `Bearer ${key}` } : {}),
      }
    })
}

export interface AzureOpenAiOptions {
  endpoint: string | undefined
  apiVersion: string
  /** Without a key the app's identity is shown. */
  apiKey(): Promise<string | undefined>
  token(): Promise<string>
}

/** Providers that stream from deployments of Azure OpenAI. */
export function createAzureOpenAi({
  endpoint,
  apiVersion,
  apiKey,
  token,
}: AzureOpenAiOptions): (deployment: string) => Provider {
  return (deployment) =>
    completions(deployment, async () => {
      if (endpoint === undefined) throw notConfigured('AZURE_OPENAI_ENDPOINT')
      const key = await apiKey()
      const base = `${endpoint.replace(/\/$/, '')}/openai/deployments/${encodeURIComponent(deployment)}`
      return {
        url: `${base}/chat/completions?api-version=${encodeURIComponent(apiVersion)}`,
        headers: new Headers(key ? { 'api-key': key } : { authorization: `Bearer ${await token()}` }),
      }
    })
}

interface Target {
  url: string
  headers: Headers
}

const OPENAI = 'https://api.openai.com/v1'

const notConfigured = (setting: string): ModelFailure =>
  new ModelFailure(`${setting} is not set.`, { status: 401 })

function completions(model: string, target: () => Promise<Target>): Provider {
  return async function* openai(request, signal) {
    const controller = new AbortController()
    try {
      const { url, headers } = await target()
      headers.set('content-type', 'application/json')
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify(toBody(model, request)),
        signal: AbortSignal.any([signal, controller.signal]),
      })
      if (!response.ok) throw await refusal(response)
      yield* toChunks(Stream.fromSSEResponse<ChatCompletionChunk>(response, controller))
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof ModelFailure ? error : new ModelFailure(describe(error), { cause: error })
    } finally {
      controller.abort()
    }
  }
}

const describe = (error: unknown): string =>
  error instanceof APIError ? error.message : `The model was not reached, or broke off: ${String(error)}`

async function refusal(response: Response): Promise<ModelFailure> {
  const text = await response.text()
  const { status, headers } = response
  return new ModelFailure(APIError.generate(status, parse(text), text, headers).message, {
    status,
    retryAfterMs: retryAfterOf(headers),
  })
}

const errorBody = z.object({ error: z.looseObject({}) })

function parse(text: string): z.infer<typeof errorBody> | undefined {
  try {
    return errorBody.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function retryAfterOf(headers: Headers): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN)
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(ms) ? ms : Number.isFinite(seconds) ? seconds * 1_000 : undefined
}

function toBody(model: string, request: ModelRequest): ChatCompletionCreateParamsStreaming {
  const { system, temperature, maxOutputTokens, tools, turns } = request
  return {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      ...turns.flatMap(toMessages),
    ],
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { max_completion_tokens: maxOutputTokens }),
    ...(tools?.length && {
      tools: tools.map((tool) => ({ type: 'function' as const, function: { ...tool } })),
    }),
    stream: true,
    stream_options: { include_usage: true },
  }
}

function toMessages(turn: ModelTurn): ChatCompletionMessageParam[] {
  switch (turn.role) {
    case 'user': {
      const images = (turn.images ?? []).map(({ mimeType, data }) => ({
        type: 'image_url' as const,
        image_url: { url: `data:${mimeType};base64,${data}` },
      }))
      const text = turn.text === '' && images.length > 0 ? [] : [{ type: 'text' as const, text: turn.text }]
      return [{ role: 'user', content: images.length === 0 ? turn.text : [...text, ...images] }]
    }
    case 'model': {
      const calls = (turn.toolCalls ?? []).map(({ id, name, arguments: args }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: args },
      }))
      if (calls.length === 0) return [{ role: 'assistant', content: turn.text }]
      return [{ role: 'assistant', content: turn.text === '' ? null : turn.text, tool_calls: calls }]
    }
    case 'tool':
      return turn.results.map(({ callId, content }) => ({ role: 'tool', tool_call_id: callId, content }))
  }
}

/**
 * The pieces of each call are collected: a call is told whole, when the model has ended. That one is on its way is told by
 * text without a letter, since long arguments take as long as long answers.
 */
async function* toChunks(stream: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<ModelChunk> {
  const calls: ToolCall[] = []
  let finish: FinishReason | undefined
  for await (const { choices, usage } of stream) {
    // Azure's first piece, about its filters, has no choice; nor has the last, about tokens.
    const [choice] = choices
    if (choice?.delta?.content) yield { text: choice.delta.content }
    for (const { index, id, function: piece } of choice?.delta?.tool_calls ?? []) {
      calls[index] ??= { id: id || `call-${index + 1}`, name: '', arguments: '' }
      calls[index].name += piece?.name ?? ''
      calls[index].arguments += piece?.arguments ?? ''
      yield { text: '' }
    }
    if (choice?.finish_reason) finish = FINISH[choice.finish_reason] ?? 'other'
    if (usage) yield { usage: { promptTokens: usage.prompt_tokens, replyTokens: usage.completion_tokens } }
  }
  if (!finish) throw new ModelFailure('The model broke off before the end of its answer.')
  for (const toolCall of Object.values(calls)) yield { toolCall }
  yield { finish: calls.length > 0 && finish === 'stop' ? 'tool-calls' : finish }
}

const FINISH: Record<string, FinishReason> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'filtered',
}
