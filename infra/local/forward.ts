// In a container what listens on 127.0.0.1 is out of reach. This takes connections on the container's own addresses, port
// by port, passes them on to 127.0.0.1, and runs the command it is given; that ends with it, and it with that.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'

/** API, Web PubSub, Cosmos DB, AI, blobs and queues of the local stack. */
const PORTS = [7071, 8080, 8081, 7090, 10_000, 10_001]

/** Addresses of this machine that others reach. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)

/** Passes what comes to `address:port` on to `127.0.0.1:port`. */
export async function forward(address: string, port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (outside) => {
    const inside = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    outside.pipe(inside).pipe(outside)
    // One end gone, the other has nobody left.
    outside.on('error', () => inside.destroy()).on('close', () => inside.destroy())
    inside.on('error', () => outside.destroy()).on('close', () => outside.destroy())
  })
  server.listen(port, address)
  await once(server, 'listening')
  return server
}

if (import.meta.main) {
  const [command = 'node', ...args] = process.argv.slice(2)
  await Promise.all(ownAddresses().flatMap((address) => PORTS.map((port) => forward(address, port))))
  const child = spawn(command, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = await once(child, 'exit')
  process.exit(code ?? 1)
}
