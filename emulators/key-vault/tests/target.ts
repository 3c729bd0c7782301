// What the conformance tests run against: the emulator, and the real service where KEY_VAULT_URI names a vault, whose
// tokens then come from DefaultAzureCredential: a managed identity, AZURE_CLIENT_ID and its like, or `az login`.
import { randomUUID } from 'node:crypto'
import { env } from 'node:process'
import { DefaultAzureCredential } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'
import { startKeyVault } from '../server.ts'
import { clientOf } from './client.ts'

export interface Target extends AsyncDisposable {
  client: SecretClient
  /** A name nobody else uses; its secret is purged in the end. */
  unique(prefix: string): string
  /** How long to wait between two looks at a deletion. */
  intervalInMs: number
}

const vaultUri = env.KEY_VAULT_URI

export const REAL_SERVICE_GIVEN = vaultUri !== undefined && vaultUri !== ''

export const targets: { name: string; start(): Promise<Target> }[] = [
  {
    name: 'emulator',
    async start() {
      const vault = await startKeyVault()
      return connect(clientOf(vault), 1, () => vault.close())
    },
  },
]
if (REAL_SERVICE_GIVEN) {
  const client = new SecretClient(vaultUri!, new DefaultAzureCredential())
  targets.push({ name: 'real service', start: async () => connect(client, 2000, async () => {}) })
}

function connect(client: SecretClient, intervalInMs: number, close: () => Promise<void>): Target {
  const names: string[] = []
  return {
    client,
    intervalInMs,
    unique(prefix) {
      const name = `${prefix}-${randomUUID()}`
      names.push(name)
      return name
    },
    async [Symbol.asyncDispose]() {
      for (const name of names) {
        await client.beginDeleteSecret(name, { intervalInMs }).then(
          (poller) => poller.pollUntilDone(),
          () => {},
        )
        // Not every test leaves a secret behind, and not every identity may purge.
        await client.purgeDeletedSecret(name).catch(() => {})
      }
      await close()
    },
  }
}
