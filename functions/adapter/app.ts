// The process's one App, made at the first call: loading the code must not need the settings.
import type { InvocationContext } from '@azure/functions'
import { type App, createApp } from '../../shared/app.ts'
import { readConfig } from '../../shared/config.ts'
import type { Logger } from '../../shared/services/ports/world.ts'

let instance: App | undefined

export function app(): App {
  instance ??= createApp(readConfig(), logLine)
  return instance
}

/** One JSON line per event; Application Insights keeps the fields. */
const logLine: Logger = (level, event, fields) => {
  const line = JSON.stringify({ level, event, ...fields })
  if (level === 'error') console.error(line)
  else if (level === 'warn') console.warn(line)
  else console.info(line)
}

/** Logs a failure that its asker is not shown. */
export function logFailure(context: InvocationContext, error: unknown): void {
  const cause = error instanceof Error && error.cause ? { cause: String(error.cause) } : {}
  const stack = error instanceof Error ? error.stack : String(error)
  context.error(JSON.stringify({ event: 'request.failed', function: context.functionName, stack, ...cause }))
}
