import { signingKeysOf } from '../../../shared/azure/signing-keys.ts'
import type { Secrets } from '../../../shared/services/ports/world.ts'

const key = (kid: string, d = 'd') => ({ kid, kty: 'EC' as const, alg: 'ES256', d })
const set = (...keys: object[]) => JSON.stringify({ keys })
const silent = () => undefined

/** A vault that holds these versions, the newest first. */
function vault(versions: string[]): Secrets & { versions: string[] } {
  const it = {
    versions,
    read: async () => it.versions[0],
    readVersions: async () => it.versions,
    async ping() {},
  }
  return it
}

test('all versions in use, the newest first', async () => {
  const secrets = vault([set(key('k3'), key('k2')), set(key('k2', 'older'), key('k1'))])
  const keys = await signingKeysOf({ signingKeys: undefined }, secrets, silent)()
  expect(keys).toEqual([key('k3'), key('k2'), key('k1')])
})

test('the same array as long as nothing changes, another when something does', async () => {
  const secrets = vault([set(key('k1'))])
  const keys = signingKeysOf({ signingKeys: undefined }, secrets, silent)
  const first = await keys()
  expect(await keys(true)).toBe(first)
  secrets.versions = [set(key('k2')), ...secrets.versions]
  expect(await keys()).toEqual([key('k2'), key('k1')])
})

test('the vault goes before the settings, which serve where it has nothing', async () => {
  const signingKeys = { keys: [key('setting')] }
  expect(await signingKeysOf({ signingKeys }, vault([set(key('vault'))]), silent)()).toEqual([key('vault')])
  expect(await signingKeysOf({ signingKeys }, vault([]), silent)()).toEqual([key('setting')])
  expect(await signingKeysOf({ signingKeys }, undefined, silent)()).toEqual([key('setting')])
})

test('a version that is no set of private keys is left out, without a word of it in the log', async () => {
  const logged: unknown[] = []
  const secrets = vault(['{"keys":[{"kid":"hunter2"}]}', 'no json', set(key('k1'))])
  const keys = signingKeysOf({ signingKeys: undefined }, secrets, (...line) => void logged.push(line))
  expect(await keys()).toEqual([key('k1')])
  expect(logged).toEqual([
    ['error', 'signing-keys.malformed', { secret: 'signing-keys', versionsBefore: 0 }],
    ['error', 'signing-keys.malformed', { secret: 'signing-keys', versionsBefore: 1 }],
  ])
})

test('without any key there is no app', async () => {
  await expect(signingKeysOf({ signingKeys: undefined }, vault([]), silent)()).rejects.toThrow('SIGNING_KEYS')
})
