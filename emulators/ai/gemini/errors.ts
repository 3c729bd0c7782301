// Google's error shape: {"error":{"code","message","status","details"?}}.
// https://ai.google.dev/gemini-api/docs/troubleshooting , https://google.aip.dev/193
import type { Reply } from '../../kit/http-server.ts'
import { ScriptedFailure } from '../generate.ts'

const STATUS_NAMES = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
} as const

const USUAL_MESSAGES = {
  400: 'Request contains an invalid argument.',
  401: 'Request had invalid authentication credentials.',
  403: 'The caller does not have permission.',
  404: 'Requested entity was not found.',
  429: 'Resource has been exhausted (e.g. check quota).',
  500: 'An internal error has occurred. Please retry.',
  503: 'The model is overloaded. Please try again later.',
} as const

export class GeminiError extends Error {
  readonly code: keyof typeof STATUS_NAMES
  readonly details: object[]
  constructor(code: keyof typeof STATUS_NAMES, message: string, details: object[] = []) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** 400: the request is wrong in itself. */
export const invalid = (message: string): GeminiError => new GeminiError(400, message)

/** 501: the service has this feature, the emulator does not. */
export const unimplemented = (feature: string): GeminiError =>
  new GeminiError(501, `The emulator does not implement ${feature}.`)

/** Anything thrown, as the service would answer it. */
export function toErrorReply(error: unknown): Reply {
  return {
    status: toGeminiError(error).code,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(toErrorBody(error)),
  }
}

/** The body alone, as it comes in the middle of a stream. */
export function toErrorBody(error: unknown): object {
  const { code, message, details } = toGeminiError(error)
  return { error: { code, message, status: STATUS_NAMES[code], ...(details.length > 0 && { details }) } }
}

function toGeminiError(error: unknown): GeminiError {
  if (error instanceof GeminiError) return error
  if (!(error instanceof ScriptedFailure)) return new GeminiError(500, USUAL_MESSAGES[500])
  const { status, message, retryAfterSeconds } = error
  const details =
    retryAfterSeconds === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` }]
  return new GeminiError(status, message || USUAL_MESSAGES[status], details)
}
