// Errors as OpenAI words them, {"error":{"message","type","param","code"}}, and as Azure does, {"error":{"code","message"}}.
// https://platform.openai.com/docs/guides/error-codes , https://learn.microsoft.com/azure/ai-foundry/openai/reference
import { randomUUID } from 'node:crypto'
import type { Reply } from '../../kit/http-server.ts'
import { ScriptedFailure } from '../generate.ts'

export type Flavour = 'openai' | 'azure'

export class OpenAiError extends Error {
  readonly status: number
  readonly type: string
  readonly param: string | null
  readonly code: string | null
  readonly headers: Record<string, string>
  constructor(
    status: number,
    message: string,
    {
      type = 'invalid_request_error',
      param = null,
      code = null,
      headers = {},
    }: { type?: string; param?: string | null; code?: string | null; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.status = status
    this.type = type
    this.param = param
    this.code = code
    this.headers = headers
  }
}

/** 400: the request is wrong in itself. */
export const invalid = (message: string, param: string | null, code: string | null): OpenAiError =>
  new OpenAiError(400, message, { param, code })

/** 501: the service has this feature, the emulator does not. The header keeps the SDK from trying three times. */
export const unimplemented = (feature: string): OpenAiError =>
  new OpenAiError(501, `The emulator does not implement ${feature}.`, {
    code: 'not_implemented',
    headers: { 'x-should-retry': 'false' },
  })

/** Anything thrown, as the service would answer it. */
export function toErrorReply(error: unknown, flavour: Flavour): Reply {
  const { status, headers } = toOpenAiError(error, flavour)
  const requestId = flavour === 'azure' ? 'apim-request-id' : 'x-request-id'
  return {
    status,
    headers: { 'content-type': 'application/json', [requestId]: randomUUID(), ...headers },
    body: JSON.stringify(toErrorBody(error, flavour)),
  }
}

/** The body alone, as it comes in the middle of a stream. */
export function toErrorBody(error: unknown, flavour: Flavour): object {
  const { status, message, type, param, code } = toOpenAiError(error, flavour)
  // Azure's gateway has its own shape; what the model behind it refuses comes through as OpenAI words it.
  const isGateway = flavour === 'azure' && (status === 401 || status === 404 || status === 429)
  return { error: isGateway ? { code: code ?? String(status), message } : { message, type, param, code } }
}

function toOpenAiError(error: unknown, flavour: Flavour): OpenAiError {
  if (error instanceof OpenAiError) return error
  if (!(error instanceof ScriptedFailure))
    return new OpenAiError(500, USUAL[500].message, { type: 'server_error' })
  const { status, message, code, retryAfterSeconds } = error
  const usual = USUAL[status]
  const throttled = flavour === 'azure' ? azureThrottled(retryAfterSeconds) : usual.message
  return new OpenAiError(status, message || (status === 429 ? throttled : usual.message), {
    type: usual.type,
    code: code ?? (flavour === 'azure' && status < 500 ? String(status) : usual.code),
    headers: retryAfterSeconds === undefined ? {} : retryHeaders(retryAfterSeconds, flavour),
  })
}

const retryHeaders = (seconds: number, flavour: Flavour): Record<string, string> => ({
  'retry-after': String(Math.ceil(seconds)),
  ...(flavour === 'azure' && { 'retry-after-ms': String(Math.round(seconds * 1_000)) }),
})

const azureThrottled = (seconds = 1): string =>
  `Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after ${Math.ceil(seconds)} seconds.`

const USUAL: Record<ScriptedFailure['status'], { message: string; type: string; code: string | null }> = {
  400: { message: 'Invalid request.', type: 'invalid_request_error', code: null },
  401: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' },
  403: {
    message: 'Country, region, or territory not supported',
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
  },
  404: { message: 'The model does not exist.', type: 'invalid_request_error', code: 'model_not_found' },
  429: {
    message: 'Rate limit reached for requests per min (RPM). Please try again later.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  500: {
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
    code: null,
  },
  503: {
    message: 'The engine is currently overloaded, please try again later.',
    type: 'service_unavailable_error',
    code: null,
  },
}
