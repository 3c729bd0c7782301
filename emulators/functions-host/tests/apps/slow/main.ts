// A handler that answers when another one lets it.
import { app, output } from '@azure/functions'

if (process.env.STREAM === 'yes') app.setup({ enableHttpStream: true })

const letGo = Promise.withResolvers<void>()
// Writing to it would fail: nothing answers there.
const queue = output.storageQueue({ queueName: 'results', connection: 'NOWHERE' })

app.http('late', {
  methods: ['GET'],
  extraOutputs: [queue],
  handler: async (_request, context) => {
    context.log('late has begun')
    await letGo.promise
    context.log('late is done')
    context.extraOutputs.set(queue, 'result')
    return { headers: { 'x-late': 'yes' }, body: 'too late' }
  },
})

app.http('let-go', {
  methods: ['GET'],
  handler: async () => {
    letGo.resolve()
    return { body: 'let go' }
  },
})
