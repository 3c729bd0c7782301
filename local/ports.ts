// The ports of the local stack: Microsoft's own by default, or eight in a row from a base.
import { createServer } from 'node:net'

export interface Ports {
  api: number
  webPubSub: number
  cosmos: number
  blob: number
  queue: number
  ai: number
  keyVault: number
  identity: number
}

/** What listens on each port, in the order in which `--ports <base>` hands them out. */
const SERVICES: Record<keyof Ports, string> = {
  api: 'the functions host',
  webPubSub: 'the Web PubSub emulator',
  cosmos: 'the Cosmos DB emulator',
  blob: 'Azurite (blobs)',
  queue: 'Azurite (queues)',
  ai: 'the AI emulator',
  keyVault: 'the Key Vault emulator',
  identity: 'the managed-identity endpoint',
}

const STANDARD: Ports = {
  api: 7071,
  webPubSub: 8080,
  cosmos: 8081,
  blob: 10_000,
  queue: 10_001,
  ai: 7090,
  keyVault: 8443,
  identity: 8444,
}

/** The standard ports; or from the base on, in the order of `SERVICES`; with base 0 any free ones. */
export async function choosePorts(base: number | undefined): Promise<Ports> {
  if (base === undefined) return STANDARD
  const names = Object.keys(SERVICES) as (keyof Ports)[]
  const ports = base === 0 ? await freePorts(names.length) : names.map((_, index) => base + index)
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as unknown as Ports
}

/** @throws Error that names every port in use, what needs it, and the option that moves it */
export async function requireFree(ports: Partial<Ports>): Promise<void> {
  const names = (Object.keys(SERVICES) as (keyof Ports)[]).filter((name) => ports[name] !== undefined)
  const checks = await Promise.all(
    names.map(async (name) => ({ name, free: await isFree(ports[name] ?? 0) })),
  )
  const taken = checks.filter(({ free }) => !free).map(({ name }) => name)
  if (taken.length === 0) return
  const lines = taken.map((name) => `Port ${ports[name]} is taken: ${SERVICES[name]} needs it.`)
  throw new Error(
    `${lines.join('\n')}\nMove all ports with \`npm start -- --ports <base>\`, for example --ports 9100.`,
  )
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** All are held until all are found, so that none is handed out twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer()
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server))
      })
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
