// What the app logs (`context.log`, the library's own system lines, console.*) as structured lines, after its log hooks.
import { format } from 'node:util'
import type { Log } from '../../kit/log.ts'
import type { HookCallback } from './core-api.ts'

/** Who is speaking: an invocation, or nobody when the app logs outside of one. */
export interface LogSource {
  invocationId: string
  function: string
  context: unknown
}

export type AppLog = (level: string, category: string, message: string, source?: LogSource) => void

const LEVELS: Record<string, 'error' | 'info' | 'debug'> = {
  critical: 'error',
  error: 'error',
  warning: 'info',
  information: 'info',
  debug: 'debug',
  trace: 'debug',
}

/** `hooks` is asked at every line, since an app may add or remove log hooks while it runs. */
export function createAppLog(log: Log, hooks: () => readonly HookCallback[]): AppLog {
  return (level, category, message, source) => {
    let line = { level, message }
    for (const hook of hooks()) {
      // A log hook may rewrite level and message of user lines; it reads them from the object it was given.
      const context = { ...line, category, hookData: {}, invocationContext: source?.context }
      hook(context)
      if (category === 'user') line = { level: context.level, message: context.message }
    }
    log(LEVELS[line.level] ?? 'info', 'app', {
      severity: line.level,
      category,
      ...(source && { function: source.function, invocationId: source.invocationId }),
      message: line.message,
    })
  }
}

/** Sends `console.*` of the app to the log, which is on stderr: stdout carries the ready line and nothing else. */
export function redirectConsole(appLog: AppLog): void {
  const to =
    (level: string) =>
    (...args: unknown[]) =>
      appLog(level, 'console', format(...args))
  console.log = to('information')
  console.info = to('information')
  console.debug = to('debug')
  console.warn = to('warning')
  console.error = to('error')
}
