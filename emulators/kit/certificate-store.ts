// Keeps one certificate in a folder, so that what was told to trust it once trusts it after a restart.
// Key and certificate appear together, by one rename: several processes that start at once end up with the same pair.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { type Certificate, createCertificate, LOCAL_HOSTS } from './certificate.ts'

export interface StoredCertificate extends Certificate {
  /** The certificate without its key: the value for `NODE_EXTRA_CA_CERTS`, or a client's `ca`. */
  caFile: string
}

const MONTH = 30 * 86_400_000

/**
 * The certificate kept in `<dir>/tls`, made when there is none or it does not cover the hosts or ends within a month.
 * The key's file is readable by its owner only.
 */
export async function certificateIn(dir: string, hosts: string[] = LOCAL_HOSTS): Promise<StoredCertificate> {
  const folder = join(resolve(dir), 'tls')
  const kept = await read(folder)
  if (kept !== undefined && serves(kept, hosts)) return kept
  if (kept !== undefined) await rm(folder, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  const made = await mkdtemp(join(resolve(dir), 'tls-'))
  const { key, cert } = createCertificate({ hosts })
  await writeFile(join(made, 'key.pem'), key, { mode: 0o600 })
  await writeFile(join(made, 'ca.pem'), cert)
  try {
    await rename(made, folder)
  } catch {
    // Another process was first: a folder that is not empty cannot be replaced.
    await rm(made, { recursive: true, force: true })
  }
  const stored = await read(folder)
  if (stored === undefined) throw new Error(`No certificate could be kept in ${folder}.`)
  return stored
}

async function read(folder: string): Promise<StoredCertificate | undefined> {
  const caFile = join(folder, 'ca.pem')
  try {
    return {
      key: await readFile(join(folder, 'key.pem'), 'utf8'),
      cert: await readFile(caFile, 'utf8'),
      caFile,
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function serves({ key, cert }: Certificate, hosts: string[]): boolean {
  try {
    const parsed = new X509Certificate(cert)
    const covers = (host: string): boolean =>
      (isIP(host) ? parsed.checkIP(host) : parsed.checkHost(host)) !== undefined
    const lasts = parsed.validToDate.getTime() > Date.now() + MONTH
    return lasts && parsed.checkPrivateKey(createPrivateKey(key)) && hosts.every(covers)
  } catch {
    return false
  }
}
