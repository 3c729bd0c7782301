// Formats the chunks of a reply as GenerateContentResponse objects: one by one for a stream, or joined.
// https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
import type { CallPiece, Chunk } from '../conversation.ts'
import { toErrorBody } from './errors.ts'
import { signsThoughts } from './models.ts'

/** A piece of an answer: Gemini tells calls whole, so what is in the middle of one is nothing to tell. */
export function isShown({ call }: Chunk): boolean {
  return call === undefined || call.isLast
}

/** Several chunks as one answer. */
export function toResponse(chunks: Chunk[], model: string, responseId: string): object {
  const last = chunks.at(-1)
  const text = chunks.map((chunk) => chunk.text).join('')
  const calls = chunks.flatMap(({ call }) => (call?.isLast ? [toPart(call, model)] : []))
  const { promptTokens = 0, replyTokens = 0 } = last?.usage ?? {}
  return {
    candidates: [
      {
        content: { parts: [...(text === '' && calls.length > 0 ? [] : [{ text }]), ...calls], role: 'model' },
        ...(last?.finish !== undefined && { finishReason: last.finish }),
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: promptTokens,
      candidatesTokenCount: replyTokens,
      totalTokenCount: promptTokens + replyTokens,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokens }],
    },
    modelVersion: model,
    responseId,
  }
}

function toPart({ id, index, name, args }: CallPiece, model: string): object {
  const functionCall = { name, args: JSON.parse(args) }
  if (!signsThoughts(model)) return { functionCall }
  // Of several calls at once only the first is signed.
  return {
    functionCall: { ...functionCall, id },
    ...(index === 0 && { thoughtSignature: Buffer.from(`thoughts before ${id}`).toString('base64') }),
  }
}

/**
 * The stream in the framing asked for: server-sent events with `alt=sse`, else the elements of one JSON array. What goes
 * wrong on the way is its last element.
 */
export async function* frame(responses: AsyncIterable<object>, isSse: boolean): AsyncGenerator<string, void> {
  let isFirst = true
  const framed = (response: object): string => {
    const json = JSON.stringify(response)
    const text = isSse ? `data: ${json}\r\n\r\n` : `${isFirst ? '[' : ',\r\n'}${json}`
    isFirst = false
    return text
  }
  try {
    for await (const response of responses) yield framed(response)
  } catch (error) {
    yield framed(toErrorBody(error))
  }
  if (!isSse) yield ']'
}
