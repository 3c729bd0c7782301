// What the use cases need of the process around them.

/** Secrets that change while the app runs. */
export interface Secrets {
  /** The newest value; undefined when there is none. */
  read(name: string): Promise<string | undefined>
  /** The values in use, the newest first. `refresh`: another process may know a newer one already. */
  readVersions(name: string, refresh?: boolean): Promise<string[]>
  /** Asks the vault, whatever is kept. @throws Error when it does not answer */
  ping(): Promise<void>
}

export type Logger = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields?: Record<string, unknown>,
) => void

export interface Time {
  /** Epoch milliseconds. */
  now(): number
  /** Rejects as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
