// Asks for an input binding.
import { app, input } from '@azure/functions'

app.http('reads', {
  extraInputs: [input.storageBlob({ path: 'a/b', connection: 'STORAGE' })],
  handler: () => ({ body: 'never' }),
})
