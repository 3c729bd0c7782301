// Gemini through Google's SDK: https://ai.google.dev/api/generate-content
import { GoogleGenerativeAI } from '@google/generative-ai'
import type { ModelChunk, ModelRequest, Provider } from '../services/ports.ts'

/** A provider that streams from Gemini, or from whatever speaks its protocol at `baseUrl`. */
export function createGemini({
  apiKey,
  baseUrl,
}: {
  apiKey: string
  baseUrl?: string | undefined
}): Provider {
  const client = new GoogleGenerativeAI(apiKey)
  return async function* gemini(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelChunk> {
    const model = client.getGenerativeModel(
      {
        model: request.model,
        ...(request.system !== undefined && { systemInstruction: request.system }),
        ...(request.temperature !== undefined && { generationConfig: { temperature: request.temperature } }),
      },
      baseUrl === undefined ? {} : { baseUrl },
    )
    const contents = request.turns.map(({ role, text }) => ({ role, parts: [{ text }] }))
    const { stream, response } = await model.generateContentStream({ contents }, { signal })
    // The SDK collects the whole answer too. Nobody asked for it, and unhandled its failure would end the process.
    response.catch(() => undefined)
    for await (const chunk of stream) {
      const text = chunk.text()
      if (text !== '') yield { text }
      const { usageMetadata: used } = chunk
      if (used)
        yield { usage: { promptTokens: used.promptTokenCount, replyTokens: used.candidatesTokenCount } }
    }
  }
}
