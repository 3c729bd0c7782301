// What the vault holds: keys that sign, made here and seen by nobody, and the keys of model providers.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SecretClient } from '@azure/keyvault-secrets'
import { exportJWK, generateKeyPair, type JWK } from 'jose'

/** The name of a secret, and the variable it is taken from where that is set. */
export const PROVIDER_KEYS: Record<string, string> = {
  'gemini-api-key': 'GEMINI_API_KEY',
  'openai-api-key': 'OPENAI_API_KEY',
  'azure-openai-api-key': 'AZURE_OPENAI_API_KEY',
}

const SIGNING_KEYS = 'signing-keys'

/** Makes the first signing key; one that is there stays. @returns whether it was made */
export async function ensureSigningKeys(vault: SecretClient, today = new Date()): Promise<boolean> {
  if (await read(vault, SIGNING_KEYS)) return false
  await rotateSigningKeys(vault, today)
  return true
}

/**
 * Makes a new version. Apps sign with it as soon as they have read it, and go on accepting what the version before signed.
 * @returns the id of the key
 */
export async function rotateSigningKeys(vault: SecretClient, today = new Date()): Promise<string> {
  const set = await newSigningKeys(today)
  await vault.setSecret(SIGNING_KEYS, JSON.stringify(set), { contentType: 'application/jwk-set+json' })
  return set.keys[0].kid
}

/** A JWK set with one private ES256 key. RFC 7517. */
export async function newSigningKeys(today: Date): Promise<{ keys: [JWK & { kid: string }] }> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = `${today.toISOString().slice(0, 10)}-${crypto.randomUUID().slice(0, 8)}`
  return { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }] }
}

/** Stores the provider keys that the environment has, where they differ. @returns the names of those stored */
export async function putProviderKeys(
  vault: SecretClient,
  environment: Record<string, string | undefined>,
): Promise<string[]> {
  const stored: string[] = []
  for (const [name, variable] of Object.entries(PROVIDER_KEYS)) {
    const value = environment[variable]
    if (!value || (await read(vault, name)) === value) continue
    await vault.setSecret(name, value)
    stored.push(name)
  }
  return stored
}

/** A role that was just granted takes minutes to be known everywhere. @throws the last refusal */
export async function onceAllowed<T>(work: () => Promise<T>, tries = 30, pauseMs = 10_000): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await work()
    } catch (error) {
      if (left === 0 || statusOf(error) !== 403) throw error
      await sleep(pauseMs)
    }
  }
}

async function read(vault: SecretClient, name: string): Promise<string | undefined> {
  try {
    return (await vault.getSecret(name)).value
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

const statusOf = (error: unknown): unknown =>
  error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
