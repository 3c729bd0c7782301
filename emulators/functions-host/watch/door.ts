// The port that stays while the process behind it is replaced. Bytes are passed on as they are, so that everything HTTP can
// do goes through; a connection made while nobody serves is held until somebody does, or answered 503 when nobody will.
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A port of this machine, or why there is none. */
export type Behind = number | Error

/** `behind` is asked once for each connection. The server does not listen yet; `cut` ends every connection. */
export function createDoor(behind: () => Promise<Behind>): { server: Server; cut(): void } {
  const open = new Set<Socket>()
  const hold = (socket: Socket): void => {
    open.add(socket)
    // What breaks on one side ends the other; there is nobody to tell.
    socket.on('error', () => {}).once('close', () => open.delete(socket))
  }
  const server = createServer(async (client) => {
    hold(client)
    const port = await behind()
    if (client.destroyed) return
    if (port instanceof Error) return void client.end(unavailable(port.message))
    const inner = connect(port, '127.0.0.1')
    hold(inner)
    client.pipe(inner).pipe(client)
    client.once('close', () => inner.destroy())
    inner.once('close', () => client.destroySoon())
  })
  return {
    server,
    cut() {
      for (const socket of open) socket.destroy()
    },
  }
}

function unavailable(reason: string): string {
  const body = `The app does not run. ${reason}\n`
  return [
    'HTTP/1.1 503 Service Unavailable',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
