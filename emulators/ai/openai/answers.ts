// Formats the chunks of a reply as chat completions: one by one as server-sent events, or whole.
// https://platform.openai.com/docs/api-reference/chat/object , https://platform.openai.com/docs/api-reference/chat-streaming
import type { Chunk, FinishReason, ToolCall } from '../conversation.ts'
import { type Flavour, toErrorBody } from './errors.ts'

/** What all pieces of one answer have in common. */
export interface Envelope {
  id: string
  created: number
  model: string
  flavour: Flavour
}

const FINGERPRINT = 'fp_emulator'

/** The answer in one piece. */
export function toCompletion(chunks: Chunk[], envelope: Envelope): object {
  const text = chunks.map((chunk) => chunk.text).join('')
  const calls = chunks.flatMap(({ call }) => (call?.isLast ? [toToolCall(call)] : []))
  const last = chunks.at(-1)
  return {
    ...head(envelope, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && calls.length > 0 ? null : text,
          refusal: null,
          annotations: [],
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishOf(last?.finish, calls.length > 0),
        ...(envelope.flavour === 'azure' && { content_filter_results: FILTERED }),
      },
    ],
    usage: usageOf(last),
    ...(envelope.flavour === 'azure' && { prompt_filter_results: PROMPT_FILTERED }),
  }
}

/** The answer as server-sent events. What goes wrong on the way is the last of them, and `[DONE]` does not come. */
export async function* toEvents(
  chunks: AsyncIterable<Chunk>,
  envelope: Envelope,
  hasUsage: boolean,
): AsyncGenerator<string, void> {
  const piece = (choices: object[], usage: object | null = null): string =>
    event({ ...head(envelope, 'chat.completion.chunk'), choices, ...(hasUsage && { usage }) })
  // Azure begins with what its filters made of the prompt, in a piece without a choice.
  if (envelope.flavour === 'azure') {
    const empty = { id: '', object: '', created: 0, model: '', choices: [] }
    yield event({ ...empty, prompt_filter_results: PROMPT_FILTERED })
  }
  let hasCalls = false
  let isFirst = true
  let last: Chunk | undefined
  try {
    for await (const chunk of chunks) {
      hasCalls ||= chunk.call !== undefined
      if (isFirst) yield piece([choice({ role: 'assistant', content: hasCalls ? null : '', refusal: null })])
      isFirst = false
      const delta = chunk.call ? { tool_calls: [toCallDelta(chunk.call)] } : { content: chunk.text }
      if (chunk.call || chunk.text !== '') yield piece([choice(delta)])
      last = chunk
    }
  } catch (error) {
    return yield event(toErrorBody(error, envelope.flavour))
  }
  if (last?.finish === undefined) return
  yield piece([choice({}, finishOf(last.finish, hasCalls))])
  if (hasUsage) yield piece([], usageOf(last))
  yield 'data: [DONE]\n\n'
}

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`

const choice = (delta: object, finish_reason: string | null = null): object => ({
  index: 0,
  delta,
  logprobs: null,
  finish_reason,
})

const head = ({ id, created, model }: Envelope, object: string): object => ({
  id,
  object,
  created,
  model,
  service_tier: 'default',
  system_fingerprint: FINGERPRINT,
})

const toToolCall = ({ id, name, args }: ToolCall): object => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})

/** The first piece of a call names it; the others carry on with its arguments. */
function toCallDelta({ index, id, name, piece, isFirst }: NonNullable<Chunk['call']>): object {
  if (!isFirst) return { index, function: { arguments: piece } }
  return { index, id, type: 'function', function: { name, arguments: piece } }
}

function finishOf(finish: FinishReason | undefined, hasCalls: boolean): string | null {
  if (finish === undefined) return null
  if (finish === 'STOP' && hasCalls) return 'tool_calls'
  return FINISH[finish]
}

const FINISH: Record<FinishReason, string> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  OTHER: 'stop',
}

function usageOf(chunk: Chunk | undefined): object {
  const { promptTokens, replyTokens } = chunk?.usage ?? { promptTokens: 0, replyTokens: 0 }
  return {
    prompt_tokens: promptTokens,
    completion_tokens: replyTokens,
    total_tokens: promptTokens + replyTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

const SAFE = { filtered: false, severity: 'safe' }
const FILTERED = { hate: SAFE, self_harm: SAFE, sexual: SAFE, violence: SAFE }
const PROMPT_FILTERED = [{ prompt_index: 0, content_filter_results: FILTERED }]
