// One stack per data folder. The lock is a local socket somebody listens on, so it is gone with its holder, even after
// `kill -9`; a file with a process id would outlive it.
import { createHash } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Takes the lock of a data folder. @throws Error when a stack runs on it */
export async function lock(dataDir: string): Promise<AsyncDisposable> {
  const path = socketPath(dataDir)
  const server = await listen(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    if (await isLocked(dataDir)) {
      throw new Error(
        `A stack is running on ${dataDir} already. Stop it, or start another with \`npm start -- --data <dir> --ports <base>\`.`,
      )
    }
    unlinkSync(path)
    return listen(path)
  })
  return {
    async [Symbol.asyncDispose]() {
      await new Promise((done) => server.close(done))
    },
  }
}

/** Whether a stack runs on the data folder. */
export function isLocked(dataDir: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(socketPath(dataDir))
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}

/** Short, because the path of a socket may have a hundred characters at most. */
function socketPath(dataDir: string): string {
  const name = `parley-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16)}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

function listen(path: string): Promise<Server> {
  return new Promise((done, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    server.listen(path, () => {
      server.unref()
      done(server)
    })
  })
}
