// `functionTimeout` of host.json: an invocation that takes longer has failed, whatever its handler does later.
import { fileURLToPath } from 'node:url'
import { readHostConfig } from '../app/host-config.ts'
import { spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/slow', import.meta.url))
const bare = fileURLToPath(new URL('./apps/timers', import.meta.url))
const NOWHERE = 'UseDevelopmentStorage=true'

test.each([['buffered', 'no'] as const, ['streamed', 'yes'] as const])(
  'a %s request is answered 500 in time; what its handler returns afterwards goes nowhere, and the host goes on',
  async (_, STREAM) => {
    await using host = await spawnFunctionsHost({ app, log: 'info', settings: { STREAM, NOWHERE } })
    const response = await fetch(`${host.url}/api/late`)
    expect([response.status, await response.text(), response.headers.get('x-late')]).toEqual([500, '', null])
    await host.logged('Timeout value of 0.3 s was exceeded by function: late')
    expect(await (await fetch(`${host.url}/api/let-go`)).text()).toBe('let go')
    await host.logged('late is done')
    expect(await (await fetch(`${host.url}/api/let-go`)).text()).toBe('let go')
    expect(await host.kill()).toEqual({ code: 0, signal: null })
    expect(host.logs().match(/"level":"error"/g)).toEqual(['"level":"error"'])
  },
)

test('the time an invocation has, in milliseconds; half an hour unless told, and none', () => {
  const timeout = (value: string | undefined) =>
    readHostConfig(bare, { AzureFunctionsJobHost__functionTimeout: value }).functionTimeout
  expect([timeout(undefined), timeout('00:05:00'), timeout('-1')]).toEqual([1_800_000, 300_000, null])
  expect(() => timeout('00:00:00')).toThrow(/host\.json is not valid(.|\n)*longer than nothing/)
  expect(() => timeout('5 minutes')).toThrow(/host\.json is not valid(.|\n)*functionTimeout/)
})
