// One structured line per event on standard error; silent unless a level is asked for.
export type LogLevel = 'silent' | 'error' | 'info' | 'debug'
export type Log = (
  level: Exclude<LogLevel, 'silent'>,
  event: string,
  fields?: Record<string, unknown>,
) => void

const RANK: Record<LogLevel, number> = { silent: 0, error: 1, info: 2, debug: 3 }

/** A logger for one service: writes `{"at","service","level","event",…}` lines up to the given level. */
export function createLog(service: string, upTo: LogLevel = 'error'): Log {
  return (level, event, fields) => {
    if (RANK[level] > RANK[upTo]) return
    process.stderr.write(
      `${JSON.stringify({ at: new Date().toISOString(), service, level, event, ...fields })}\n`,
    )
  }
}
