// Functions on blobs that report what they are given in their log.
import { app, type InvocationContext, input, output } from '@azure/functions'

const connection = 'STORAGE'

function report(blob: unknown, context: InvocationContext): void {
  const { blobTrigger, name, kind, properties, metadata } = context.triggerMetadata ?? {}
  const { contentLength } = properties as { contentLength: number }
  context.log(
    JSON.stringify([context.functionName, blobTrigger, name, kind, contentLength, metadata, `${blob}`]),
  )
}

app.storageBlob('copies', {
  ...{ path: 'incoming/{name}.{kind}', connection },
  return: output.storageBlob({ path: 'out/{name}/copy.{kind}', connection }),
  handler(blob, context) {
    report(blob, context)
    return blob
  },
})

app.storageBlob('fails', {
  ...{ path: 'spoilt', connection },
  handler(_blob, context) {
    context.log(`fails ${context.triggerMetadata?.blobTrigger};`)
    throw new Error('asked to fail')
  },
})

const found = input.storageBlob({ path: 'out/{queueTrigger}', connection })
const report2 = output.storageBlob({ path: 'reports/{id}.json', connection })
app.storageQueue('reads', {
  ...{ queueName: 'names', connection },
  extraInputs: [found],
  extraOutputs: [report2],
  handler(name, context) {
    const blob = context.extraInputs.get(found)
    context.extraOutputs.set(report2, { name, found: blob instanceof Buffer ? `${blob}` : null })
  },
})
