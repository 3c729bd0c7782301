import { Server as HttpServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'

/**
 * Listens on `port` (0 = any free one) of the loopback interface and returns the port taken.
 * @throws Error that names the port and the service when the port is in use.
 */
export async function listen(
  server: Server,
  port: number,
  service: string,
  host = '127.0.0.1',
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      reject(taken ? new Error(`Port ${port} is taken: ${service} cannot listen on it.`, { cause }) : cause)
    })
    server.listen(port, host, resolve)
  })
  return (server.address() as AddressInfo).port
}

/** Stops accepting, ends every open connection (of an HTTP server) and resolves when the port is free again. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    if (server instanceof HttpServer) server.closeAllConnections()
  })
}
