// A server in front of one of Azurite's: passes everything on, unless a fault rule says otherwise. Azurite has no hooks
// of its own, and its signatures cover no host, so the two in a row are one service to a client.
import { type IncomingMessage, request as send } from 'node:http'
import type { Faults } from '../kit/faults.ts'
import { createHttpServer, type Operation, type Reply } from '../kit/http-server.ts'
import { close, listen } from '../kit/listen.ts'

export interface Front {
  url: string
  close(): Promise<void>
}

/** Listens on `port` and passes requests on to `target`. Operations are named `blob.put`, `queue.get`, by method. */
export async function startFront(
  service: 'blob' | 'queue',
  target: string,
  { host, port, faults }: { host: string; port: number; faults: Faults },
): Promise<Front> {
  const { hostname, port: targetPort } = new URL(target)
  const server = createHttpServer({
    faults,
    route: (request): Operation => ({
      name: `${service}.${(request.method ?? 'GET').toLowerCase()}`,
      run: (body) => pass(request, body, hostname, Number(targetPort)),
    }),
    toError: (error) => ({ status: 502, headers: { 'content-type': 'text/plain' }, body: String(error) }),
  })
  const taken = await listen(server, port, `Azurite (${service})`, host)
  return { url: `http://${host}:${taken}`, close: () => close(server) }
}

function pass(request: IncomingMessage, body: Buffer, host: string, port: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { method, url: path, headers } = request
    const onward = send({ host, port, method, path, headers }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      const answer = { status: response.statusCode ?? 502, headers: plain(response.headers, method) }
      resolve(method === 'HEAD' ? answer : { ...answer, body: Buffer.concat(chunks) })
    })
    onward.on('error', reject)
    onward.end(body)
  })
}

/** What belongs to the one connection stays there; a HEAD's length is not that of its empty body. */
function plain(headers: IncomingMessage['headers'], method: string | undefined): Record<string, string> {
  const own = new Set([
    'connection',
    'keep-alive',
    'transfer-encoding',
    ...(method === 'HEAD' ? [] : ['content-length']),
  ])
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !own.has(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}
