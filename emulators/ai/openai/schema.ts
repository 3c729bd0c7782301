// The shape of a chat completion request, strict: an unknown field is a 400, as at OpenAI.
// https://platform.openai.com/docs/api-reference/chat/create
import * as z from 'zod'
import { invalid } from './errors.ts'

const BODY_LIMIT = 20 * 1024 * 1024

/** What is known and changes nothing here, and what is known and not there. */
const ignored = z.unknown().optional()
const absent = z.unknown().optional()

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() })
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: z.string().min(1), detail: z.enum(['auto', 'low', 'high']).optional() }),
})
const otherPart = z.looseObject({ type: z.enum(['input_audio', 'file', 'refusal']) })
const part = z.discriminatedUnion('type', [textPart, imagePart, otherPart])
const texts = z.union([z.string(), z.array(textPart).min(1)])
const name = z.string().optional()

const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
})

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content: texts, name }),
  z.strictObject({ role: z.literal('user'), content: z.union([z.string(), z.array(part).min(1)]), name }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.union([textPart, otherPart])).min(1)]).nullish(),
    name,
    refusal: z.string().nullish(),
    annotations: ignored,
    tool_calls: z.array(toolCall).min(1).optional(),
    audio: z.unknown().optional(),
    function_call: z.unknown().optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content: texts, tool_call_id: z.string().min(1) }),
])

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name: z.string().regex(/^[\w-]{1,64}$/, "string does not match pattern. Expected '^[a-zA-Z0-9_-]+$'."),
      description: z.string().optional(),
      parameters: z.record(z.string(), z.unknown()).optional(),
      strict: z.boolean().nullish(),
    }),
  }),
  z.looseObject({ type: z.literal('custom') }),
])

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string() }) }),
  z.looseObject({ type: z.enum(['allowed_tools', 'custom']) }),
])

export const completionRequest = z.strictObject({
  model: z.string().min(1).optional(),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
    .nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  n: z.int().positive().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  seed: z.int().nullish(),
  tools: z.array(tool).min(1).optional(),
  tool_choice: toolChoice.optional(),
  response_format: z
    .discriminatedUnion('type', [
      z.looseObject({ type: z.literal(['text', 'json_object', 'grammar', 'python']) }),
      z.looseObject({
        type: z.literal('json_schema'),
        json_schema: z.looseObject({
          name: z.string().regex(/^[\w-]{1,64}$/),
          schema: z.unknown().optional(),
        }),
      }),
    ])
    .optional(),
  modalities: z.array(z.string()).nullish(),
  logprobs: z.boolean().nullish(),
  parallel_tool_calls: z.boolean().optional(),
  user: ignored,
  store: ignored,
  metadata: ignored,
  service_tier: ignored,
  reasoning_effort: ignored,
  verbosity: ignored,
  prompt_cache_key: ignored,
  prompt_cache_retention: ignored,
  safety_identifier: ignored,
  audio: absent,
  functions: absent,
  function_call: absent,
  logit_bias: absent,
  prediction: absent,
  top_logprobs: absent,
  web_search_options: absent,
  data_sources: absent,
})

export type CompletionRequest = z.infer<typeof completionRequest>
export type Message = CompletionRequest['messages'][number]

/** @throws OpenAiError 400, as OpenAI words it, for what does not fit */
export function parseBody(body: Buffer): CompletionRequest {
  if (body.length > BODY_LIMIT) throw invalid('The request body is too large.', null, 'request_too_large')
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch {
    throw invalid(
      "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
      null,
      null,
    )
  }
  const result = completionRequest.safeParse(json)
  if (result.success) return result.data
  throw refuse(result.error.issues[0]!)
}

function refuse(issue: z.core.$ZodIssue): Error {
  const path = pathOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const unknown = pathOf([...issue.path, issue.keys[0]!])
    return invalid(`Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter')
  }
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  if (isMissing) return invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter')
  if (issue.code === 'invalid_type')
    return invalid(
      `Invalid type for '${path}': ${issue.message.replace(/^Invalid input: /, '')}.`,
      path,
      'invalid_type',
    )
  if (issue.code === 'too_small' && issue.origin === 'array')
    return invalid(
      `Invalid '${path}': empty array. Expected an array with minimum length 1.`,
      path,
      'empty_array',
    )
  return invalid(`Invalid value for '${path}': ${issue.message}`, path, 'invalid_value')
}

const pathOf = (path: PropertyKey[]): string =>
  path.reduce<string>(
    (sum, key) => (typeof key === 'number' ? `${sum}[${key}]` : `${sum}${sum && '.'}${String(key)}`),
    '',
  )
