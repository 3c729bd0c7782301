// `node emulators/key-vault/bench.ts`: secrets set and read per second, through the SDK and in the core alone.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SecretClient } from '@azure/keyvault-secrets'
import { rate } from '../kit/bench.ts'
import type { Call } from './lookup.ts'
import * as secrets from './secrets.ts'
import { startKeyVault } from './server.ts'
import { createSettling } from './settling.ts'
import { openStore } from './store.ts'

const dir = mkdtempSync(join(tmpdir(), 'key-vault-bench-'))
{
  // In this process: the command's certificate would have to be trusted before it is made.
  await using vault = await startKeyVault({ dataDir: join(dir, 'wire') })
  const token = await vault.token()
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) }
  const client = new SecretClient(vault.url, credential, {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: vault.ca },
  })
  await rate('Key Vault, SDK: set', 8, (i) => client.setSecret(`s${i % 50}`, 'value'))
  await rate('Key Vault, SDK: get', 8, (i) => client.getSecret(`s${i % 50}`))
}
const store = openStore(join(dir, 'core'))
const callOf = (name: string, body?: object): Call => ({
  store,
  settling: createSettling(0),
  view: { url: 'https://localhost', retentionDays: 90 },
  now: Math.floor(Date.now() / 1000),
  path: `/secrets/${name}`,
  query: new URLSearchParams('api-version=7.6'),
  name,
  version: undefined,
  body: Buffer.from(body ? JSON.stringify(body) : ''),
})
await rate('Key Vault, core: set', 1, (i) => secrets.setSecret(callOf(`s${i % 50}`, { value: 'value' })))
await rate('Key Vault, core: get', 1, (i) => secrets.getSecret(callOf(`s${i % 50}`)))
store.close()
rmSync(dir, { recursive: true })
