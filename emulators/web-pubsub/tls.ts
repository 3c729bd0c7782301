// Where the certificate comes from when the emulator speaks TLS: made at start, kept in a folder, or given.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createCertificate, LOCAL_HOSTS } from '../kit/certificate.ts'
import { certificateIn } from '../kit/certificate-store.ts'

/** `true`: a certificate made for this run. A folder: the one kept there, made when missing. Else key and certificate in PEM. */
export type TlsOptions = true | { dir: string } | { key: string; cert: string }

export interface Tls {
  key: string
  cert: string
  /** The file that holds the certificate to trust, where there is one. */
  caFile?: string
}

/**
 * The key and certificate to serve `host` with.
 * @throws Error when those given do not belong together.
 */
export async function loadTls(options: TlsOptions, host: string): Promise<Tls> {
  const named = ['0.0.0.0', '::', ...LOCAL_HOSTS].includes(host) ? LOCAL_HOSTS : [...LOCAL_HOSTS, host]
  if (options === true) return createCertificate({ hosts: named })
  if ('dir' in options) return certificateIn(options.dir, named)
  if (!belongTogether(options)) throw new Error('Key and certificate must be PEM and belong together.')
  return { key: options.key, cert: options.cert }
}

function belongTogether({ key, cert }: { key: string; cert: string }): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
