/** A model that did not answer, or broke off: what its service said, and whether asking it again may help. */
export class ModelFailure extends Error {
  /** HTTP status; undefined when nothing came back, or what came broke off. */
  readonly status: number | undefined
  /** When the service wants to be asked again. */
  readonly retryAfterMs: number | undefined

  constructor(
    message: string,
    {
      status,
      retryAfterMs,
      cause,
    }: { status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.name = 'ModelFailure'
    this.status = status
    this.retryAfterMs = retryAfterMs
  }

  /** Throttled, in trouble, or not reached. */
  get isTransient(): boolean {
    return this.status === undefined || this.status === 408 || this.status === 429 || this.status >= 500
  }
}
