// The service's typed error. REST answers carry it as `{code, message, target}` and in `x-ms-error-code`.

const CODES = {
  400: 'Error.BadRequest',
  401: 'Error.Unauthorized',
  404: 'Error.NotFound',
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

  constructor(status: ErrorStatus, message: string, target?: string, code: string = CODES[status]) {
    super(message)
    this.name = 'ServiceError'
    this.status = status
    this.code = code
    this.target = target
  }
}

/** A 400 for one parameter, which the service answers as `application/problem+json`: so the SDK leaves its body unread. */
export class InvalidParameter extends ServiceError {
  constructor(message: string, target: string) {
    super(400, message, target)
  }
}

/** What is not there: `code` has one of the service's three weights in front, whatever they mean. */
export const notExisted = (code: `${'Error' | 'Warning' | 'Info'}.${'Connection' | 'User'}`, id: string) => {
  const target = code.split('.')[1]!
  return new ServiceError(404, `${target} \`${id}\` is not found.`, target, `${code}.NotExisted`)
}

/** A feature of the service that this emulator does not have; the text says which. */
export const notImplemented = (feature: string): ServiceError =>
  new ServiceError(501, `${feature} is not implemented by this emulator.`)
