// Turns the bodies of generateContent and countTokens into a conversation; what the service knows and the emulator
// does not act on is answered 501, never ignored.
import type * as z from 'zod'
import type { Conversation, Tool, Turn } from '../conversation.ts'
import { countPrompt } from '../tokens.ts'
import { newCallId } from '../tool-use.ts'
import { invalid, unimplemented } from './errors.ts'
import { INPUT_TOKEN_LIMIT, signsThoughts } from './models.ts'
import { type content, countRequest, generateRequest, parseBody } from './schema.ts'

type GenerateRequest = z.infer<typeof generateRequest>
type Content = z.infer<typeof content>

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
  const turns = request.contents.map((item, index) => toTurn(item, `contents[${index}]`))
  checkCalls(turns)
  if (signsThoughts(model)) checkSignatures(request.contents)
  const tools = toolsOf(request)
  const json = jsonOf(config)
  const toolChoice = choiceOf(request, tools)
  return {
    model,
    turns,
    ...(tools.length > 0 && { tools }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(json && { json }),
    ...(config?.temperature !== undefined && { temperature: config.temperature }),
    ...(system !== undefined && {
      system:
        typeof system === 'string' ? system : toTurn({ ...system, role: 'user' }, 'systemInstruction').text,
    }),
    ...(config?.maxOutputTokens !== undefined && { maxOutputTokens: config.maxOutputTokens }),
    stopSequences: config?.stopSequences ?? [],
  }
}

function jsonOf(config: GenerateRequest['generationConfig']): Conversation['json'] {
  const schema = config?.responseSchema ?? config?.responseJsonSchema
  if (config?.responseMimeType === 'application/json') return schema === undefined ? {} : { schema }
  if (schema === undefined) return undefined
  throw invalid(
    '* GenerateContentRequest.generation_config.response_schema: only allowed for application/json',
  )
}

function refuseUnimplemented({ tools, cachedContent, generationConfig: config }: GenerateRequest): void {
  for (const name of tools?.flatMap(Object.keys) ?? []) {
    if (name !== 'functionDeclarations') throw unimplemented(`the tool ${name}`)
  }
  if (cachedContent) throw unimplemented('cachedContent')
  if ((config?.candidateCount ?? 1) !== 1) throw unimplemented('more than one candidate')
  const mimeType = config?.responseMimeType ?? 'text/plain'
  if (mimeType !== 'text/plain' && mimeType !== 'application/json') {
    throw unimplemented(`responseMimeType ${mimeType}`)
  }
  if (config?.responseModalities?.some((modality) => modality.toUpperCase() !== 'TEXT')) {
    throw unimplemented('responseModalities other than TEXT')
  }
  for (const name of ['speechConfig', 'mediaResolution'] as const) {
    if (config?.[name] !== undefined) throw unimplemented(name)
  }
  if (config?.responseLogprobs || config?.logprobs !== undefined) throw unimplemented('log probabilities')
  if (config?.thinkingConfig?.includeThoughts) throw unimplemented('thoughts')
}

function toTurn({ role = 'user', parts = [] }: Content, path: string): Turn {
  if (role !== 'user' && role !== 'model' && role !== 'function')
    throw invalid('Please use a valid role: user, model.')
  if (parts.length === 0)
    throw invalid(`* GenerateContentRequest.${path}.parts: contents.parts must not be empty.`)
  const [texts, calls, results]: [string[], NonNullable<Turn['calls']>, NonNullable<Turn['results']>] = [
    [],
    [],
    [],
  ]
  let attachments = 0
  for (const [index, part] of parts.entries()) {
    const { text, inlineData, functionCall: call, functionResponse: result, thought, ...rest } = part
    const { thoughtSignature: _, ...others } = rest
    const [other] = Object.keys(others)
    if (other !== undefined) throw unimplemented(`parts of the kind ${other}`)
    if (inlineData) attachments++
    else if (call)
      calls.push({ id: call.id ?? newCallId(), name: call.name, args: JSON.stringify(call.args) })
    else if (result)
      results.push({ id: result.id ?? '', name: result.name, content: textOf(result.response) })
    else if (text === undefined) {
      throw invalid(
        `* GenerateContentRequest.${path}.parts[${index}].data: required oneof field 'data' must have one initialized field`,
      )
    } else if (!thought) texts.push(text)
  }
  const said = texts.join('')
  if (results.length > 0) {
    const text = results.map(({ content }) => content).join('\n')
    return { role: 'tool', text, attachments, results }
  }
  if (role === 'function') throw invalid('Please use a valid role: user, model.')
  return { role, text: said, attachments, ...(calls.length > 0 && { calls }) }
}

/** What a tool answered, out of the object that the protocol wraps it in. */
function textOf({ result, output = result, ...others }: Record<string, unknown>): string {
  if (typeof output === 'string' && Object.keys(others).length === 0) return output
  return JSON.stringify({ ...others, ...(output !== undefined && { result: output }) })
}

/** Calls are followed by as many answers, and answers by nothing else. */
function checkCalls(turns: Turn[]): void {
  for (const [index, { role, calls = [] }] of turns.entries()) {
    if (role === 'tool' && !turns[index - 1]?.calls) {
      throw invalid('Please ensure that function response turn comes immediately after a function call turn.')
    }
    const next = turns[index + 1]
    if (calls.length > 0 && next && (next.results?.length ?? 0) !== calls.length) {
      throw invalid(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      )
    }
  }
}

/** https://ai.google.dev/gemini-api/docs/thought-signatures : the first call of each step since the user spoke. */
function checkSignatures(contents: Content[]): void {
  const since = contents.findLastIndex(({ role, parts = [] }) => role !== 'model' && !parts.some(isResponse))
  for (const [offset, { parts = [] }] of contents.slice(since + 1).entries()) {
    const first = parts.find(({ functionCall }) => functionCall)
    if (!first?.functionCall || first.thoughtSignature) continue
    throw invalid(
      `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${first.functionCall.name}\` , position ${since + 2 + offset}.`,
    )
  }
}

const isResponse = ({ functionResponse }: NonNullable<Content['parts']>[number]): boolean =>
  functionResponse !== undefined

function toolsOf({ tools = [] }: GenerateRequest): Tool[] {
  return tools
    .flatMap(({ functionDeclarations = [] }) => functionDeclarations)
    .map(({ name, description, parameters, parametersJsonSchema = parameters }) => ({
      name,
      description,
      parameters: parametersJsonSchema,
    }))
}

function choiceOf({ toolConfig }: GenerateRequest, tools: Tool[]): Conversation['toolChoice'] {
  const { mode, allowedFunctionNames } = toolConfig?.functionCallingConfig ?? {}
  const unknown = allowedFunctionNames?.find((name) => !tools.some((tool) => tool.name === name))
  if (unknown !== undefined)
    throw invalid(`Allowed function names should be function names declared in tools: ${unknown}`)
  if (mode === 'NONE') return 'none'
  if (mode !== 'ANY') return undefined
  return { oneOf: allowedFunctionNames ?? tools.map(({ name }) => name) }
}
