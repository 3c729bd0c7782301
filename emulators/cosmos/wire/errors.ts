// The service's error: an HTTP status, a code word and a message, always with a JSON body, because the SDK
// dereferences `message` of whatever a failed request answers.

const CODES: Record<number, string> = {
  304: 'NotModified',
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  501: 'NotImplemented',
}

export interface ErrorExtra {
  /** Goes into the body as `additionalErrorInfo`. */
  info?: string
  headers?: Record<string, string>
}

/** An answer other than success. https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb */
export class CosmosError extends Error {
  readonly status: number
  readonly code: string
  readonly substatus: number | undefined
  readonly extra: ErrorExtra

  constructor(status: number, message: string, substatus?: number, extra: ErrorExtra = {}) {
    super(message)
    this.status = status
    this.code = CODES[status] ?? 'Error'
    this.substatus = substatus
    this.extra = extra
  }
}

export const badRequest = (message: string, substatus?: number) => new CosmosError(400, message, substatus)

export const notFound = (what = 'Entity with the specified id does not exist in the system.') =>
  new CosmosError(404, what, 0)

export const conflict = () =>
  new CosmosError(409, 'Entity with the specified id already exists in the system.')

export const uniqueConflict = () => new CosmosError(409, 'Unique index constraint violation.')

export const preconditionFailed = () => new CosmosError(412, 'One of the specified pre-condition is not met.')

/** What this emulator does not do. It says so rather than answer wrongly. */
export const notImplemented = (feature: string) =>
  new CosmosError(501, `The Cosmos DB emulator does not implement ${feature}.`)
