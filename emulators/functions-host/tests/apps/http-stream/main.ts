// Every way an HTTP function can answer, streamed.
import { ReadableStream } from 'node:stream/web'
import { app } from '@azure/functions'

app.setup({ enableHttpStream: true })

app.http('hello', {
  methods: ['GET'],
  route: 'hello',
  handler: async () => ({ jsonBody: { hello: 'world' } }),
})

app.http('echo', {
  methods: ['POST', 'PUT'],
  route: 'things/{id}/{kind?}',
  handler: async (request) => ({
    status: 201,
    headers: { 'x-seen': request.headers.get('x-sent') ?? 'nothing' },
    cookies: [{ name: 'taste', value: 'sweet', path: '/', httpOnly: true }],
    jsonBody: {
      method: request.method,
      url: request.url,
      params: request.params,
      query: Object.fromEntries(request.query),
      body: await request.text(),
    },
  }),
})

app.http('echo-special', {
  methods: ['POST'],
  route: 'things/special',
  handler: async () => ({ body: 'special' }),
})

app.http('number', {
  methods: ['GET'],
  route: 'numbers/{n:int}',
  handler: async (request) => ({ body: request.params.n! }),
})

app.http('file', {
  methods: ['GET'],
  route: 'files/{*path}',
  handler: async (request) => ({ body: request.params.path ?? 'none' }),
})

app.http('bytes', {
  methods: ['POST'],
  handler: async (request) => ({ body: new Uint8Array(await request.arrayBuffer()).reverse() }),
})

app.http('slow-stream', {
  methods: ['POST'],
  route: 'slow-stream',
  handler: async (request) => ({
    headers: { 'content-type': 'text/event-stream' },
    // Each chunk of the answer waits for a chunk of the request: only a streaming host gets through this.
    body: ReadableStream.from(
      (async function* () {
        const decoder = new TextDecoder()
        for await (const chunk of request.body!) yield `got ${decoder.decode(chunk)}\n`
      })(),
    ),
  }),
})

app.http('nothing', { methods: ['GET'], handler: (async () => undefined) as never })

app.http('throws', {
  methods: ['GET'],
  handler: async () => {
    throw new Error('on purpose')
  },
})

app.http('breaks', {
  methods: ['GET'],
  handler: async () => ({
    body: ReadableStream.from(
      (async function* () {
        yield 'first half'
        throw new Error('in the middle')
      })(),
    ),
  }),
})

app.http('logs', {
  methods: ['GET'],
  handler: async (_request, context) => {
    context.log('a line', { of: 'log' })
    context.warn('a warning')
    console.log('from console')
    return { body: context.invocationId }
  },
})

app.http('env', { methods: ['GET'], handler: async () => ({ body: process.env.GREETING ?? 'unset' }) })

app.http('trace', {
  methods: ['GET'],
  handler: async (_request, context) => ({ body: context.traceContext?.traceParent ?? 'none' }),
})

app.http('off', { methods: ['GET'], handler: async () => ({ body: 'never' }) })
