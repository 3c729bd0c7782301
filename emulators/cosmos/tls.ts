// The certificate the emulator speaks TLS with.
import { type Certificate, createCertificate, LOCAL_HOSTS } from '../kit/certificate.ts'
import { certificateIn } from '../kit/certificate-store.ts'

/** `true`: a certificate made for this run. A folder: the one kept there, made when missing. */
export type TlsOptions = true | { dir: string }

export interface Tls extends Certificate {
  /** The file that holds the certificate to trust, where there is one. */
  caFile?: string
}

export async function loadTls(options: TlsOptions, host: string): Promise<Tls> {
  const hosts = [...new Set([...LOCAL_HOSTS, ...(['0.0.0.0', '::'].includes(host) ? [] : [host])])]
  return options === true ? createCertificate({ hosts }) : certificateIn(options.dir, hosts)
}
