// A queue function that does what its message says, and reports in its log.
import { setTimeout as delay } from 'node:timers/promises'
import { app, type InvocationContext, output } from '@azure/functions'

const results = output.storageQueue({ queueName: 'results', connection: 'STORAGE' })
const broken = output.storageQueue({ queueName: 'Not_A_Queue_Name', connection: 'STORAGE' })
const more = output.storageQueue({ queueName: '%MORE_QUEUE%', connection: 'STORAGE' })

let release = Promise.withResolvers<void>()
let running = 0

app.storageQueue('work', {
  queueName: '%WORK_QUEUE%',
  connection: 'STORAGE',
  return: results,
  extraOutputs: [broken, more],
  handler: async (entry: unknown, context: InvocationContext) => {
    const { do: task = 'report', name = '' } =
      typeof entry === 'object' ? (entry as Record<string, string>) : {}
    const { dequeueCount } = context.triggerMetadata ?? {}
    context.log(`begin ${task} ${name} #${dequeueCount}`)
    if (task === 'throw') throw new Error(`asked to throw ${name}`)
    if (task === 'slow') await delay(2500)
    if (task === 'bad-output') context.extraOutputs.set(broken, 'lost')
    if (task === 'several') context.extraOutputs.set(more, ['text', { n: 1 }])
    if (task === 'hold') {
      running++
      context.log(`running ${running}`)
      await release.promise
      running--
    }
    context.log(`end ${task} ${name}`)
    return { entry, metadata: context.triggerMetadata }
  },
})

app.timer('release', {
  schedule: '0 0 0 1 1 *',
  handler: () => {
    release.resolve()
    release = Promise.withResolvers<void>()
  },
})
