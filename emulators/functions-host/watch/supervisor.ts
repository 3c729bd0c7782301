// Hot reload: the host is a child process behind a port that stays, and is replaced when a file of the app changes, since
// modules cannot be unloaded. The old one finishes what it runs before the new one starts, so the two never share leases.
import { close as closeServer, listen } from '../../kit/listen.ts'
import { createLog } from '../../kit/log.ts'
import { type SpawnedHost, type SpawnOptions, spawnFunctionsHost } from '../spawn.ts'
import { watchFolder } from './changes.ts'
import { type Behind, createDoor } from './door.ts'

export interface WatchedHost extends AsyncDisposable {
  url: string
  port: number
  /** Names of the functions at the start. */
  functions: string[]
  close(): Promise<void>
}

/**
 * Starts the app and replaces it at every change of its files.
 * An app that is broken later is told in the log and to callers, by 503, until it is mended.
 * @throws Error when the app cannot be started at first, or the port is taken.
 */
export async function startWatchedHost(
  options: Omit<SpawnOptions, 'watch' | 'manualClock'>,
): Promise<WatchedHost> {
  const log = createLog('functions-host', options.log)
  const { app, host = '127.0.0.1' } = options
  let running: SpawnedHost | undefined
  let isReplacing = false
  let isClosing = false

  const begin = async (): Promise<SpawnedHost> => {
    const child = await spawnFunctionsHost({
      ...options,
      host: '127.0.0.1',
      port: 0,
      onLog: (text) => process.stderr.write(text),
    })
    running = child
    void child.exited.then((how) => {
      if (running !== child || isReplacing || isClosing) return
      log('error', 'app-ended', { ...how, message: 'A change of a file starts it again.' })
      running = undefined
      current = Promise.resolve(new Error('It has ended; the log says why.'))
    })
    return child
  }
  const replace = async (file: string): Promise<Behind> => {
    isReplacing = true
    const started = performance.now()
    log('info', 'app-changed', { file })
    try {
      await running?.close()
      running = undefined
      if (isClosing) return new Error('The host is stopping.')
      const { port, functions } = await begin()
      log('info', 'app-reloaded', { functions, ms: Math.round(performance.now() - started) })
      return port
    } catch (error) {
      log('error', 'app-broken', { error: (error as Error).message })
      return error as Error
    } finally {
      isReplacing = false
    }
  }

  let current: Promise<Behind>
  const latest = async (): Promise<Behind> => {
    for (;;) {
      const asked = current
      const behind = await asked
      if (asked === current) return behind
    }
  }
  let waiting: string | undefined
  const files = watchFolder(app, options.dataDir, (file) => {
    const isQueued = waiting !== undefined
    waiting = file
    if (isQueued) return
    current = current.then(() => {
      waiting = undefined
      return replace(file)
    })
  })
  const first = begin()
  current = first.then(({ port }) => port)
  const door = createDoor(latest)
  const stop = async (): Promise<void> => {
    isClosing = true
    files.close()
    await current.catch(() => {})
    await running?.close()
    door.cut()
    await closeServer(door.server)
  }
  try {
    const { functions } = await first
    const port = await listen(door.server, options.port ?? 0, 'the functions host', host)
    let stopped: Promise<void> | undefined
    const close = (): Promise<void> => {
      stopped ??= stop()
      return stopped
    }
    return { url: `http://${host}:${port}`, port, functions, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    files.close()
    await running?.close()
    throw error
  }
}
