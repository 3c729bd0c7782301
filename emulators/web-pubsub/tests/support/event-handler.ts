// An event handler for tests: plain node:http, records every request and answers as it is told.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Recorded {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Answer {
  status?: number
  headers?: Record<string, string | string[]>
  body?: string | Buffer
}

export interface EventHandler extends AsyncDisposable {
  /** URL template with `{event}` in it. */
  url: string
  requests: Recorded[]
  /** How many TCP connections were ever opened. */
  sockets(): number
  /** Events so far, without the OPTIONS requests. */
  events(): Recorded[]
  /** Resolves when an event of this name has been recorded (the nth, from 1). */
  event(name: string, nth?: number): Promise<Recorded>
  /** How requests are answered; 204 when it gives nothing. `undefined` from a promise cuts the socket. */
  answer(request: Recorded): Answer | Promise<Answer | undefined>
}

export async function startEventHandler(): Promise<EventHandler> {
  const waiting = new Set<() => void>()
  let sockets = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const recorded: Recorded = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: Buffer.concat(chunks),
    }
    handler.requests.push(recorded)
    for (const check of waiting) check()
    if (recorded.method === 'OPTIONS') {
      return void response.writeHead(200, { 'webhook-allowed-origin': '*' }).end()
    }
    const answer = await handler.answer(recorded)
    if (answer === undefined) return void request.socket.destroy()
    response
      .writeHead(answer.status ?? (answer.body === undefined ? 204 : 200), answer.headers)
      .end(answer.body)
  })
  server.on('connection', () => sockets++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const handler: EventHandler = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events/{event}`,
    requests: [],
    sockets: () => sockets,
    events: () => handler.requests.filter(({ method }) => method === 'POST'),
    event: (name, nth = 1) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = handler.events().filter(({ headers }) => headers['ce-eventname'] === name)[nth - 1]
          if (!found) return
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
      }),
    answer: () => ({}),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
  return handler
}
