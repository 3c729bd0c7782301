// HTTP without streaming, with hooks, and requests that wait for each other so that limits can be seen.
import { app } from '@azure/functions'

const held: (() => void)[] = []

app.hook.appStart((context) => {
  context.hookData.started = true
  console.log('app started')
})
app.hook.appStart((context) => {
  console.log(`started: ${context.hookData.started}`)
})
app.hook.appTerminate((context) => console.log(`app terminated, started: ${context.hookData.started}`))
app.hook.preInvocation((context) => {
  context.hookData.name = context.invocationContext.functionName
  if (context.invocationContext.functionName === 'forbidden') throw new Error('not allowed')
  const { functionHandler } = context
  context.functionHandler = async (...args: Parameters<typeof functionHandler>) => {
    args[1].log('before the handler')
    return await functionHandler(...args)
  }
})
app.hook.postInvocation((context) => {
  const { invocationContext, error } = context
  if (invocationContext.functionName === 'echo') console.log(`error: ${error}`)
  if (invocationContext.functionName === 'throws') console.log(`result: ${context.result}`)
  if (invocationContext.functionName === 'rescued' && error) {
    context.error = null
    context.result = { body: `rescued ${context.hookData.name}` }
  }
})
app.hook.log((context) => {
  if (context.category === 'user') context.message = `${context.message} (hooked)`
})

app.http('echo', {
  methods: ['POST', 'GET'],
  route: 'things/{id}',
  handler: async (request) => ({
    status: 201,
    headers: { 'x-seen': request.headers.get('x-sent') ?? 'nothing' },
    cookies: [
      { name: 'taste', value: 'sweet', path: '/', httpOnly: true, sameSite: 'Lax' },
      { name: 'stale', value: '1', maxAge: 0 },
    ],
    jsonBody: {
      url: request.url,
      params: request.params,
      query: request.query.get('q'),
      body: await request.text(),
    },
  }),
})
app.http('forbidden', { handler: async () => ({ body: 'never' }) })
app.http('rescued', {
  handler: async () => {
    throw new Error('lost')
  },
})
app.http('throws', {
  handler: async () => {
    throw new Error('on purpose')
  },
})
app.http('nothing', { handler: (async () => undefined) as never })
app.http('hold', {
  handler: async (_request, context) => {
    context.log('holding')
    await new Promise<void>((resolve) => held.push(resolve))
    return { body: 'released' }
  },
})
app.timer('release', {
  schedule: '0 0 0 1 1 *',
  handler: (_timer, context) => {
    context.log('releasing', held.length)
    for (const resolve of held.splice(0)) resolve()
  },
})
