// The shapes of the Gemini requests, strict: an unknown field is a 400, as at Google.
// https://ai.google.dev/api/generate-content , https://ai.google.dev/api/tokens
import * as z from 'zod'
import { invalid } from './errors.ts'

const BODY_LIMIT = 20 * 1024 * 1024

const part = z.strictObject({
  text: z.string().optional(),
  inlineData: z.strictObject({ mimeType: z.string().min(1), data: z.base64() }).optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  fileData: z.unknown().optional(),
  functionCall: z
    .strictObject({
      id: z.string().optional(),
      name: z.string().min(1),
      args: z.record(z.string(), z.unknown()).default({}),
    })
    .optional(),
  functionResponse: z
    .strictObject({
      id: z.string().optional(),
      name: z.string().min(1),
      response: z.record(z.string(), z.unknown()),
    })
    .optional(),
  executableCode: z.unknown().optional(),
  codeExecutionResult: z.unknown().optional(),
  videoMetadata: z.unknown().optional(),
})

export const content = z.strictObject({ role: z.string().optional(), parts: z.array(part).optional() })

const generationConfig = z.strictObject({
  candidateCount: z.int().positive().optional(),
  stopSequences: z.array(z.string().min(1)).max(5).optional(),
  maxOutputTokens: z.int().positive().optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.number().positive().optional(),
  seed: z.int().optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  responseMimeType: z.string().optional(),
  responseSchema: z.unknown().optional(),
  responseJsonSchema: z.unknown().optional(),
  responseModalities: z.array(z.string()).optional(),
  responseLogprobs: z.boolean().optional(),
  logprobs: z.int().optional(),
  thinkingConfig: z
    .strictObject({ thinkingBudget: z.int().optional(), includeThoughts: z.boolean().optional() })
    .optional(),
  speechConfig: z.unknown().optional(),
  mediaResolution: z.unknown().optional(),
})

const functionDeclaration = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][\w.:-]{0,127}$/, 'Invalid function name.'),
  description: z.string().default(''),
  parameters: z.record(z.string(), z.unknown()).optional(),
  parametersJsonSchema: z.unknown().optional(),
  response: z.unknown().optional(),
  responseJsonSchema: z.unknown().optional(),
  behavior: z.string().optional(),
})

/** Any other kind of tool is somebody else's: search, code execution, maps. */
const tool = z.looseObject({ functionDeclarations: z.array(functionDeclaration).optional() })

const toolConfig = z.strictObject({
  functionCallingConfig: z
    .strictObject({
      mode: z.enum(['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED']).optional(),
      allowedFunctionNames: z.array(z.string()).optional(),
    })
    .optional(),
  retrievalConfig: z.unknown().optional(),
})

export const generateRequest = z.strictObject({
  model: z.string().optional(),
  contents: z.array(content).min(1, 'contents is not specified'),
  systemInstruction: z.union([content, z.string()]).optional(),
  generationConfig: generationConfig.optional(),
  safetySettings: z.array(z.strictObject({ category: z.string(), threshold: z.string() })).optional(),
  tools: z.array(tool).optional(),
  toolConfig: toolConfig.optional(),
  cachedContent: z.string().optional(),
})

export const countRequest = z.strictObject({
  contents: z.array(content).optional(),
  generateContentRequest: generateRequest.optional(),
})

/** @throws GeminiError 400, as Google words it, for what does not fit the pattern */
export function parseBody<T>(pattern: z.ZodType<T>, message: string, body: Buffer): T {
  if (body.length > BODY_LIMIT) throw invalid(`Request payload size exceeds the limit: ${BODY_LIMIT} bytes.`)
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch {
    throw invalid('Invalid JSON payload received. Unable to parse the body.')
  }
  const result = pattern.safeParse(camelKeys(json))
  if (result.success) return result.data
  throw invalid(describe(result.error.issues[0]!, message, camelKeys(json)))
}

/** How Google names the type a value should have had; messages, which have names of their own, are left out. */
const PROTO_TYPES: Record<string, string> = {
  string: 'TYPE_STRING',
  number: 'TYPE_FLOAT',
  int: 'TYPE_INT32',
  boolean: 'TYPE_BOOL',
}

function describe(issue: z.core.$ZodIssue, message: string, body: unknown): string {
  const path = issue.path.reduce<string>(
    (sum, key) => (typeof key === 'number' ? `${sum}[${key}]` : `${sum}${sum && '.'}${String(key)}`),
    '',
  )
  if (issue.code === 'unrecognized_keys') {
    return `Invalid JSON payload received. Unknown name "${issue.keys[0]}"${path && ` at '${path}'`}: Cannot find field.`
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], body)
  if (issue.code === 'invalid_type' && value !== undefined) {
    const type = PROTO_TYPES[issue.expected]
    const snake = path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    return `Invalid value at '${snake}'${type ? ` (${type})` : ''}, ${JSON.stringify(value)}`
  }
  if (issue.code === 'invalid_type') {
    const known = issue.path.length === 1 && path === 'contents' ? 'contents is not specified' : issue.message
    return `* ${message}${path && `.${path}`}: ${known}`
  }
  return `* ${message}${path && `.${path}`}: ${issue.message}`
}

/** The service takes lowerCamelCase and the original snake_case names alike: https://protobuf.dev/programming-guides/json/ */
function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      return [name, FREE.has(name) ? inner : camelKeys(inner)]
    }),
  )
}

/** What is in these is the caller's own. */
const FREE = new Set([
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
])
