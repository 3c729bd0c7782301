// Formats the chunks of a reply as GenerateContentResponse objects: one by one for a stream, or joined.
// https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
import type { Chunk } from '../conversation.ts'

/** One chunk of a streamed answer. */
export function toResponse(chunk: Chunk, model: string, responseId: string): object {
  return {
    candidates: [
      {
        content: { parts: [{ text: chunk.text }], role: 'model' },
        ...(chunk.finish !== undefined && { finishReason: chunk.finish }),
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: chunk.usage.promptTokens,
      candidatesTokenCount: chunk.usage.replyTokens,
      totalTokenCount: chunk.usage.promptTokens + chunk.usage.replyTokens,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: chunk.usage.promptTokens }],
    },
    modelVersion: model,
    responseId,
  }
}

/** The stream in the framing asked for: server-sent events with `alt=sse`, else the elements of one JSON array. */
export async function* frame(responses: AsyncIterable<object>, isSse: boolean): AsyncGenerator<string, void> {
  let isFirst = true
  for await (const response of responses) {
    const json = JSON.stringify(response)
    yield isSse ? `data: ${json}\r\n\r\n` : `${isFirst ? '[' : ',\r\n'}${json}`
    isFirst = false
  }
  if (!isSse) yield ']'
}
