// The key that signs access tokens: made once per data folder, readable by its owner only.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The JWK set with one private ES256 key, as JSON; made at the first call. RFC 7517. */
export async function signingKeys(dataDir: string): Promise<string> {
  const file = join(dataDir, 'signing-keys.json')
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const { exportJWK, generateKeyPair } = await import('jose')
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = `local-${new Date().toISOString().slice(0, 10)}`
  const set = JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }] })
  await writeFile(file, set, { mode: 0o600, flag: 'wx' })
  return set
}
