// Gemini through Google's SDK: https://ai.google.dev/api/generate-content
import {
  type Content,
  type EnhancedGenerateContentResponse,
  GoogleGenerativeAI,
  GoogleGenerativeAIFetchError,
} from '@google/generative-ai'
import * as z from 'zod'
import type { FinishReason, ModelChunk, ModelRequest, ModelTurn, Provider } from '../services/ports/model.ts'
import { ModelFailure } from './model-failure.ts'

export interface GeminiOptions {
  /** Asked for with every request, since keys change. */
  apiKey(): Promise<string | undefined>
  baseUrl?: string | undefined
}

/** Providers that stream from Gemini, or from whatever speaks its protocol at `baseUrl`. */
export function createGemini({ apiKey, baseUrl }: GeminiOptions): (model: string) => Provider {
  return (model) =>
    async function* gemini(request, signal) {
      const key = await apiKey()
      if (!key) throw new ModelFailure('Gemini has no key: GEMINI_API_KEY is not set.', { status: 401 })
      const client = new GoogleGenerativeAI(key)
      const left = new AbortController()
      try {
        const generator = client.getGenerativeModel({ model }, baseUrl === undefined ? {} : { baseUrl })
        const { stream, response } = await generator.generateContentStream(toBody(request), {
          signal: AbortSignal.any([signal, left.signal]),
        })
        // The SDK collects the whole answer too. Nobody asked for it, and unhandled its failure would end the process.
        response.catch(() => undefined)
        yield* toChunks(stream)
      } catch (error) {
        signal.throwIfAborted()
        throw toFailure(error)
      } finally {
        // The SDK reads on otherwise, whether anybody listens or not.
        left.abort()
      }
    }
}

function toBody({ system, temperature, maxOutputTokens, tools, turns }: ModelRequest) {
  const generationConfig = {
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  }
  // Its own field takes JSON Schema as it is; `parameters`, the only one that the SDK's types know, a dialect of it.
  const functionDeclarations = tools?.map(({ name, description, parameters }) => ({
    name,
    description,
    parametersJsonSchema: parameters,
  }))
  return {
    contents: turns.map(toContent),
    ...(system !== undefined && { systemInstruction: system }),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
    ...(functionDeclarations?.length && { tools: [{ functionDeclarations }] }),
  }
}

function toContent(turn: ModelTurn): Content {
  switch (turn.role) {
    case 'user': {
      const images = turn.images?.map((inlineData) => ({ inlineData })) ?? []
      return {
        role: 'user',
        parts: turn.text === '' && images.length > 0 ? images : [{ text: turn.text }, ...images],
      }
    }
    case 'model': {
      const calls = (turn.toolCalls ?? []).map(({ id, name, arguments: args, signature }) => ({
        functionCall: { id, name, args: argumentsOf(args) },
        ...(signature !== undefined && { thoughtSignature: signature }),
      }))
      return {
        role: 'model',
        parts: turn.text === '' && calls.length > 0 ? calls : [{ text: turn.text }, ...calls],
      }
    }
    case 'tool':
      return {
        role: 'user',
        parts: turn.results.map(({ callId, name, content }) => ({
          functionResponse: { id: callId, name, response: { result: content } },
        })),
      }
  }
}

const object = z.record(z.string(), z.unknown())

/** What another model wrote may be anything; Gemini takes objects only. */
function argumentsOf(text: string): object {
  try {
    return object.parse(JSON.parse(text))
  } catch {
    return {}
  }
}

async function* toChunks(stream: AsyncIterable<EnhancedGenerateContentResponse>): AsyncGenerator<ModelChunk> {
  let finish: FinishReason | undefined
  let calls = 0
  for await (const response of stream) {
    const [candidate] = response.candidates ?? []
    for (const part of candidate?.content?.parts ?? []) {
      const { text, thought, thoughtSignature: signature, functionCall } = partShape.parse(part)
      if (functionCall) {
        const { id = `call-${++calls}`, name, args } = functionCall
        yield { toolCall: { id, name, arguments: JSON.stringify(args), ...(signature && { signature }) } }
        finish = 'tool-calls'
      } else if (text && !thought) yield { text }
    }
    const { usageMetadata: used, promptFeedback } = response
    if (used)
      yield { usage: { promptTokens: used.promptTokenCount, replyTokens: used.candidatesTokenCount ?? 0 } }
    if (promptFeedback?.blockReason) finish ??= 'filtered'
    if (candidate?.finishReason) finish ??= FINISH[candidate.finishReason] ?? 'other'
  }
  if (!finish) throw new ModelFailure('Gemini broke off before the end of its answer.')
  yield { finish }
}

/** With what the SDK passes on and its types do not know. */
const partShape = z.looseObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  functionCall: z
    .looseObject({ id: z.string().optional(), name: z.string(), args: object.default({}) })
    .optional(),
})

const FINISH: Record<string, FinishReason> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'filtered',
  RECITATION: 'filtered',
  BLOCKLIST: 'filtered',
  PROHIBITED_CONTENT: 'filtered',
  SPII: 'filtered',
}

function toFailure(error: unknown): unknown {
  if (error instanceof ModelFailure) return error
  if (!(error instanceof GoogleGenerativeAIFetchError) || error.status === undefined)
    return new ModelFailure('Gemini was not reached, or broke off.', { cause: error })
  return new ModelFailure(error.message, {
    status: error.status,
    retryAfterMs: retryAfterOf(error),
    cause: error,
  })
}

/** https://google.aip.dev/194 : how long to wait is among the details. */
function retryAfterOf({ errorDetails }: GoogleGenerativeAIFetchError): number | undefined {
  const delay = errorDetails
    ?.map((detail) => /^([\d.]+)s$/.exec(String(detail.retryDelay))?.[1])
    .find(Boolean)
  return delay === undefined ? undefined : Number(delay) * 1_000
}
