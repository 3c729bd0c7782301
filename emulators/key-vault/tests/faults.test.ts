// Faults, and what the SDK makes of them.
import type { RestError } from '@azure/core-rest-pipeline'
import { createFaults } from '../../kit/faults.ts'
import { startKeyVault } from '../server.ts'
import { clientOf, raw, V } from './client.ts'

test('429 and 503 are retried by the client, and the challenge is a call of its own', async () => {
  await using vault = await startKeyVault()
  vault.faults.add({
    operation: 'secret.set',
    fault: { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    count: 1,
  })
  vault.faults.add({ operation: 'secret.set', fault: { kind: 'status', status: 503 }, count: 1 })
  expect((await clientOf(vault, { retries: 3 }).setSecret('key', 'one')).value).toBe('one')
  vault.faults.clear()
  vault.faults.add({ operation: 'secret.get', fault: { kind: 'status', status: 503 }, count: 1 })
  const error = await clientOf(vault)
    .getSecret('key')
    .catch((thrown: RestError) => thrown)
  expect((error as RestError).statusCode).toBe(503)
})

test('chance comes from a seed: another seed, other calls; the same seed, the same calls', async () => {
  const fates = async (seed: number): Promise<string> => {
    await using vault = await startKeyVault({ faults: createFaults(seed) })
    const fault = { kind: 'status', status: 503 } as const
    vault.faults.add({ operation: 'secret.get', fault, probability: 0.5 })
    const client = clientOf(vault)
    const codes: unknown[] = []
    for (let n = 0; n < 16; n++) {
      codes.push(await client.getSecret('none').catch(({ statusCode }: RestError) => statusCode))
    }
    return codes.map((code) => (code === 503 ? 'x' : '.')).join('')
  }
  const first = await fates(1)
  expect(first).toMatch(/x.*\.|\..*x/)
  expect(await fates(1)).toBe(first)
  expect(await fates(2)).not.toBe(first)
})

test('a lost answer was carried out: the retry makes another version', async () => {
  await using vault = await startKeyVault()
  vault.faults.add({ operation: 'secret.set', fault: { kind: 'lose-answer' }, count: 1 })
  const client = clientOf(vault, { retries: 1 })
  await client.setSecret('key', 'one')
  expect(await Array.fromAsync(client.listPropertiesOfSecretVersions('key'))).toHaveLength(2)
})

test('a dropped call was not carried out', async () => {
  await using vault = await startKeyVault()
  vault.faults.add({ operation: 'secret.set', fault: { kind: 'drop' }, count: 1 })
  const client = clientOf(vault, { retries: 1 })
  await client.setSecret('key', 'one')
  expect(await Array.fromAsync(client.listPropertiesOfSecretVersions('key'))).toHaveLength(1)
})

test('rules by admin route, for both servers; the identity endpoint can fail as well', async () => {
  await using vault = await startKeyVault()
  const rule = { operation: 'identity.token', fault: { kind: 'status', status: 500 }, count: 1 }
  const added = await raw(vault, 'POST', '/_emulator/faults', { token: null, body: rule })
  expect(added).toMatchObject({ status: 200, body: { rules: [rule] } })
  const ask = () =>
    fetch(`${vault.identity.url}/msi/token?api-version=2019-08-01&resource=https://vault.azure.net`, {
      headers: { 'x-identity-header': 'local-managed-identity' },
    })
  expect((await ask()).status).toBe(500)
  expect((await ask()).status).toBe(200)
  expect((await fetch(`${vault.identity.url}/_emulator/ready`)).status).toBe(200)
  vault.faults.add({ operation: 'challenge', fault: { kind: 'status', status: 503 } })
  expect((await raw(vault, 'GET', `/secrets?${V}`, { token: null })).status).toBe(503)
  expect((await raw(vault, 'GET', `/secrets?${V}`)).status).toBe(200)
})
