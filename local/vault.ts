// The vault of the local stack: Key Vault's emulator, with the keys that sign access tokens in it, so that keys come to
// the app by the way they take in Azure: TLS, the vault's challenge, a managed identity.
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type KeyVault, type KeyVaultOptions, startKeyVault } from '../emulators/key-vault/server.ts'
import type { Settings } from './settings.ts'

export interface Vault extends AsyncDisposable {
  url: string
  identityUrl: string
  /** What the app needs to reach it. */
  settings: Settings
}

const SIGNING_KEYS = 'secrets/signing-keys?api-version=7.6'

/** Starts the vault, and puts signing keys into it unless it holds some. Its certificate is trusted in this process. */
export async function startVault(
  { dataDir, ...options }: KeyVaultOptions & { dataDir: string },
  signingKeys: () => Promise<string>,
): Promise<Vault> {
  const vault = await startKeyVault({ ...options, dataDir: join(dataDir, 'key-vault') })
  // The variable for this is read when a process starts, and the app may run in this one.
  setDefaultCACertificates([...getCACertificates('default'), vault.ca])
  try {
    if ((await ask(vault, 'GET')) === 404)
      await ask(vault, 'PUT', JSON.stringify({ value: await signingKeys() }))
  } catch (error) {
    await vault.close()
    throw error
  }
  return {
    url: vault.url,
    identityUrl: vault.identity.url,
    settings: { KEY_VAULT_URI: vault.url, ...vault.environment },
    [Symbol.asyncDispose]: vault.close,
  }
}

/** @throws Error when the vault refuses */
async function ask(vault: KeyVault, method: 'GET' | 'PUT', body?: string): Promise<number> {
  const response = await fetch(`${vault.url}/${SIGNING_KEYS}`, {
    method,
    headers: { authorization: `Bearer ${await vault.token()}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  if (response.ok || response.status === 404) return response.status
  throw new Error(`The Key Vault emulator answered ${response.status}: ${text}`)
}
