// Turns the bodies of generateContent and countTokens into a conversation; what the service knows and the emulator
// does not act on is answered 501, never ignored.
import type * as z from 'zod'
import type { Conversation, Turn } from '../conversation.ts'
import { countPrompt } from '../tokens.ts'
import { invalid, unimplemented } from './errors.ts'
import { INPUT_TOKEN_LIMIT } from './models.ts'
import { type content, countRequest, generateRequest, parseBody } from './schema.ts'

type GenerateRequest = z.infer<typeof generateRequest>

/** @throws GeminiError 400 or 501 */
export function parseGenerate(model: string, body: Buffer): Conversation {
  const conversation = toConversation(model, parseBody(generateRequest, 'GenerateContentRequest', body))
  const tokens = countPrompt(conversation)
  if (tokens > INPUT_TOKEN_LIMIT) {
    throw invalid(
      `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${INPUT_TOKEN_LIMIT}).`,
    )
  }
  return conversation
}

/** @throws GeminiError 400 or 501 */
export function parseCount(model: string, body: Buffer): Conversation {
  const { contents, generateContentRequest } = parseBody(countRequest, 'CountTokensRequest', body)
  if ((contents === undefined) === (generateContentRequest === undefined)) {
    throw invalid('* CountTokensRequest: exactly one of contents and generateContentRequest must be set')
  }
  return toConversation(model, generateContentRequest ?? { contents: contents ?? [] })
}

function toConversation(model: string, request: GenerateRequest): Conversation {
  refuseUnimplemented(request)
  const { systemInstruction: system, generationConfig: config } = request
  return {
    model,
    turns: request.contents.map((item, index) => toTurn(item, `contents[${index}]`)),
    ...(system !== undefined && {
      system:
        typeof system === 'string' ? system : toTurn({ ...system, role: 'user' }, 'systemInstruction').text,
    }),
    ...(config?.maxOutputTokens !== undefined && { maxOutputTokens: config.maxOutputTokens }),
    stopSequences: config?.stopSequences ?? [],
  }
}

function refuseUnimplemented({ tools, cachedContent, generationConfig: config }: GenerateRequest): void {
  if (tools !== undefined && tools.length > 0) throw unimplemented('tools')
  if (cachedContent) throw unimplemented('cachedContent')
  if ((config?.candidateCount ?? 1) !== 1) throw unimplemented('more than one candidate')
  if ((config?.responseMimeType ?? 'text/plain') !== 'text/plain') {
    throw unimplemented(`responseMimeType ${config?.responseMimeType}`)
  }
  if (config?.responseModalities?.some((modality) => modality.toUpperCase() !== 'TEXT')) {
    throw unimplemented('responseModalities other than TEXT')
  }
  for (const name of ['responseSchema', 'responseJsonSchema', 'speechConfig', 'mediaResolution'] as const) {
    if (config?.[name] !== undefined) throw unimplemented(name)
  }
  if (config?.responseLogprobs || config?.logprobs !== undefined) throw unimplemented('log probabilities')
  if (config?.thinkingConfig?.includeThoughts) throw unimplemented('thoughts')
}

function toTurn({ role = 'user', parts = [] }: z.infer<typeof content>, path: string): Turn {
  if (role === 'function') throw unimplemented('function calls')
  if (role !== 'user' && role !== 'model') throw invalid('Please use a valid role: user, model.')
  if (parts.length === 0)
    throw invalid(`* GenerateContentRequest.${path}.parts: contents.parts must not be empty.`)
  const turn: Turn = { role, text: '', attachments: 0 }
  for (const [index, { text, inlineData, thought, thoughtSignature: _, ...others }] of parts.entries()) {
    const [other] = Object.keys(others)
    if (other !== undefined) throw unimplemented(`parts of the kind ${other}`)
    if (inlineData !== undefined) turn.attachments++
    else if (text === undefined) {
      throw invalid(
        `* GenerateContentRequest.${path}.parts[${index}].data: required oneof field 'data' must have one initialized field`,
      )
    } else if (!thought) turn.text += text
  }
  return turn
}
