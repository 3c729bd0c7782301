// Settings that override host.json.
import { applyOverrides } from '../app/host-overrides.ts'

const hostJson = { version: '2.0', extensions: { queues: { batchSize: 16 } } }

test('a setting overrides a member of host.json, at any depth, whether it is there or not', () => {
  const settings = {
    AzureFunctionsJobHost__extensions__queues__batchSize: '4',
    AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:00.100',
    AzureFunctionsJobHost__extensions__http__routePrefix: 'v1',
    AzureWebJobsStorage: 'untouched',
  }
  expect(applyOverrides(hostJson, settings)).toEqual({
    version: '2.0',
    extensions: {
      queues: { batchSize: 4, maxPollingInterval: '00:00:00.100' },
      http: { routePrefix: 'v1' },
    },
  })
  expect(hostJson.extensions.queues).toEqual({ batchSize: 16 })
})
