// The models the emulator lists. Any other `gemini-*` or `gemma-*` name is answered as well, because names are
// configuration and newer ones appear all the time.
// https://ai.google.dev/api/models
import { GeminiError, invalid } from './errors.ts'

export const INPUT_TOKEN_LIMIT = 1_048_576
export const OUTPUT_TOKEN_LIMIT = 65_536

const LISTED = [
  ['gemini-2.5-pro', 'Gemini 2.5 Pro'],
  ['gemini-2.5-flash', 'Gemini 2.5 Flash'],
  ['gemini-2.5-flash-lite', 'Gemini 2.5 Flash-Lite'],
  ['gemini-2.0-flash', 'Gemini 2.0 Flash'],
] as const

/** The description of one model. @throws GeminiError 404 */
export function describeModel(name: string, version: string): object {
  requireModel(name, version, 'generateContent')
  const displayName = LISTED.find(([id]) => id === name)?.[1] ?? name
  return {
    name: `models/${name}`,
    version: '001',
    displayName,
    description: `${displayName}, as this emulator plays it.`,
    inputTokenLimit: INPUT_TOKEN_LIMIT,
    outputTokenLimit: OUTPUT_TOKEN_LIMIT,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
    temperature: 1,
    topP: 0.95,
    topK: 64,
    maxTemperature: 2,
  }
}

/** One page of the listed models; `pageToken` is the one of the answer before. @throws GeminiError 400 */
export function listModels(query: URLSearchParams, version: string): object {
  const size = Number(query.get('pageSize') ?? 50)
  const from = Number(query.get('pageToken') ?? 0)
  if (!Number.isInteger(size) || size < 1) throw invalid('* ListModelsRequest.page_size: must be at least 1')
  if (!Number.isInteger(from) || from < 0) throw invalid('* ListModelsRequest.page_token: invalid page token')
  const next = from + Math.min(size, 1000)
  return {
    models: LISTED.slice(from, next).map(([name]) => describeModel(name, version)),
    ...(next < LISTED.length && { nextPageToken: String(next) }),
  }
}

/** From Gemini 3 on a call carries an id and a signature, and wants the signature back. */
export const signsThoughts = (model: string): boolean => Number(/^gemini-(\d+)/.exec(model)?.[1] ?? 0) >= 3

/** @throws GeminiError 404 when the name is no text model's. */
export function requireModel(name: string, version: string, method: string): void {
  if (/^(gemini|gemma)-[\w.-]+$/.test(name) && !/embedding|image|tts|live|audio/.test(name)) return
  throw new GeminiError(
    404,
    `models/${name} is not found for API version ${version}, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`,
  )
}
