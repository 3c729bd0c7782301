// Settings that override host.json.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHostConfig } from '../app/host-config.ts'
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

test.each([
  ['Development', '00:01:00', 2_000],
  ['Development', '00:00:30', 30_000],
  ['Production', '00:01:00', 60_000],
])('in %s a queue is asked at the latest after %s: %s ms', (AZURE_FUNCTIONS_ENVIRONMENT, value, expected) => {
  const app = mkdtempSync(join(tmpdir(), 'functions-host-'))
  writeFileSync(join(app, 'host.json'), '{ "version": "2.0" }')
  const settings = {
    AZURE_FUNCTIONS_ENVIRONMENT,
    AzureFunctionsJobHost__extensions__queues__maxPollingInterval: value,
  }
  expect(readHostConfig(app, settings).queues.maxPollingInterval).toBe(expected)
})
