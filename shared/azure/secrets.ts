// Secrets in Key Vault, read with the app's identity and kept: https://learn.microsoft.com/azure/key-vault/secrets/
import type { TokenCredential } from '@azure/identity'
import { type KeyVaultSecret, SecretClient, type SecretProperties } from '@azure/keyvault-secrets'
import type { Logger, Secrets, Time } from '../services/ports/world.ts'
import { type Kept, keep } from './kept.ts'

/** Older versions are forgotten: what they signed has long expired. */
const VERSIONS = 3

export interface SecretsDeps {
  credential: TokenCredential
  time: Pick<Time, 'now'>
  logger: Logger
}

/** The secrets of the vault at `uri`, as new as `refreshMs`. */
export function createSecrets(
  { uri, refreshMs }: { uri: string; refreshMs: number },
  { credential, time, logger }: SecretsDeps,
): Secrets {
  const client = new SecretClient(uri, credential, {
    // The SDK gives its token to hosts of Azure's own domains only. An address of this machine is in none.
    disableChallengeResourceVerification: isLoopback(new URL(uri).hostname),
  })
  const newest = keptByName((name) => readNewest(client, name).then((secret) => secret?.value))
  const versions = keptByName((name) => readVersions(client, name, time.now()))

  function keptByName<T>(load: (name: string) => Promise<T>): (name: string) => Kept<T> {
    const byName = new Map<string, Kept<T>>()
    return (name) => {
      const known = byName.get(name) ?? keep(() => load(name), { refreshMs, time, logger })
      byName.set(name, known)
      return known
    }
  }

  return {
    read: (name) => newest(name)(),
    readVersions: (name, refresh) => versions(name)(refresh),
    ping: async () => void (await client.listPropertiesOfSecrets().byPage({ maxPageSize: 1 }).next()),
  }
}

/** Undefined when there is no such secret, or its newest version is disabled. */
async function readNewest(client: SecretClient, name: string): Promise<KeyVaultSecret | undefined> {
  try {
    return await client.getSecret(name)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function readVersions(client: SecretClient, name: string, now: number): Promise<string[]> {
  const newest = await readNewest(client, name)
  const older: SecretProperties[] = []
  for await (const properties of client.listPropertiesOfSecretVersions(name)) {
    if (properties.version !== newest?.properties.version && isInUse(properties, now)) older.push(properties)
  }
  older.sort((one, other) => Number(other.createdOn) - Number(one.createdOn))
  const kept = older.slice(0, newest ? VERSIONS - 1 : VERSIONS)
  const found = await Promise.all(
    kept.map(({ version }) => client.getSecret(name, version ? { version } : {})),
  )
  return [newest, ...found].flatMap((secret) => secret?.value ?? [])
}

const isInUse = ({ enabled, expiresOn }: SecretProperties, now: number): boolean =>
  enabled !== false && (expiresOn === undefined || Number(expiresOn) > now)

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  (('statusCode' in error && error.statusCode === 404) ||
    ('code' in error && error.code === 'SecretDisabled'))

const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)
