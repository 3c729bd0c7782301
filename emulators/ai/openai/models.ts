// The models the emulator lists, and how much each can read. Names of these families that are not listed are answered as
// well, because names are configuration and newer ones appear all the time.
// https://platform.openai.com/docs/models
import { OpenAiError } from './errors.ts'

const LISTED: Record<string, number> = {
  'gpt-4.1': 1_047_576,
  'gpt-4.1-mini': 1_047_576,
  'gpt-4o': 128_000,
  'gpt-4o-mini': 128_000,
  'gpt-4': 8_192,
  'gpt-3.5-turbo': 16_385,
  'gpt-5': 400_000,
  'o4-mini': 200_000,
}

/** The families of OpenAI, and some that servers of the same protocol run. */
const FAMILY = /^(?:gpt-|chatgpt-|o\d|llama|mistral|mixtral|ministral|qwen|phi|gemma|deepseek)/i
const OTHER = /embedding|tts|whisper|audio|realtime|image|transcribe|moderation|instruct/
const CREATED = 1_700_000_000

export const contextWindow = (model: string): number => LISTED[model] ?? 128_000

/** Models that think take the usual temperature only, and count their answers in `max_completion_tokens`. */
export const isReasoning = (model: string): boolean => /^(?:o\d|gpt-5)/.test(model)

/** @throws OpenAiError 404 when the name is no chat model's */
export function requireModel(model: string): void {
  if (FAMILY.test(model) && !OTHER.test(model)) return
  throw new OpenAiError(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
    code: 'model_not_found',
  })
}

/** The description of one model. @throws OpenAiError 404 */
export function describeModel(model: string): object {
  requireModel(model)
  return { id: model, object: 'model', created: CREATED, owned_by: 'system' }
}

export const listModels = (): object => ({ object: 'list', data: Object.keys(LISTED).map(describeModel) })
