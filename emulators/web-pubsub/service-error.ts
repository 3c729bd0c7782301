// The service's typed error. REST answers carry it as `{code, message, target}` and in `x-ms-error-code`.

const CODES = {
  400: 'Error.BadRequest',
  401: 'Error.Unauthorized',
  404: 'Error.NotFound',
  413: 'Error.RequestTooLarge',
  415: 'Error.UnsupportedMediaType',
  429: 'Error.TooManyRequests',
  500: 'Error.InternalServerError',
  501: 'Error.NotImplemented',
} as const

export type ErrorStatus = keyof typeof CODES

export class ServiceError extends Error {
  readonly status: ErrorStatus
  readonly code: string
  readonly target: string | undefined

  constructor(status: ErrorStatus, message: string, target?: string) {
    super(message)
    this.name = 'ServiceError'
    this.status = status
    this.code = CODES[status]
    this.target = target
  }
}

/** A feature of the service that this emulator does not have; the text says which. */
export const notImplemented = (feature: string): ServiceError =>
  new ServiceError(501, `${feature} is not implemented by this emulator.`)
