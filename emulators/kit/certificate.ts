// Self-signed TLS certificates for services on this machine. node:crypto makes the key and signs, but writes no X.509.
// The certificate is its own trust anchor and no authority (CA:FALSE): trusting it trusts nothing else.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { bits, der, integer, octets, oid, sequence, set, time, utf8 } from './der.ts'

/** Both in PEM, as `node:https` takes them. */
export interface Certificate {
  key: string
  cert: string
}

export interface CertificateOptions {
  /** Names and addresses it is good for; `localhost`, `127.0.0.1` and `::1` when absent. */
  hosts?: string[]
  /** Start of its validity of ten years; now when absent. */
  from?: Date
}

export const LOCAL_HOSTS = ['localhost', '127.0.0.1', '::1']

const EC_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
const TRUE = der(0x01, Buffer.of(0xff))

/** A new P-256 key and a certificate for it by RFC 5280, for TLS servers on the given hosts. */
export function createCertificate(options: CertificateOptions = {}): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // Five minutes back: the clock of a container may be a little behind.
  const start = new Date((options.from?.getTime() ?? Date.now()) - 300_000)
  const end = new Date(start)
  end.setUTCFullYear(end.getUTCFullYear() + 10)
  const name = sequence(set(sequence(oid('2.5.4.3'), utf8('localhost (emulators)'))))
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.of(2))), // v3
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    EC_WITH_SHA256,
    name,
    sequence(time(start), time(end)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions(publicKey, options.hosts ?? LOCAL_HOSTS)),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(sequence(toBeSigned, EC_WITH_SHA256, bits(signature))),
  }
}

/** RFC 5280 §4.2.1. */
function extensions(publicKey: KeyObject, hosts: string[]): Buffer {
  const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
    sequence(oid(id), ...(critical ? [TRUE] : []), octets(value))
  const { x, y } = publicKey.export({ format: 'jwk' })
  const point = Buffer.concat([
    Buffer.of(4),
    Buffer.from(x ?? '', 'base64url'),
    Buffer.from(y ?? '', 'base64url'),
  ])
  return sequence(
    extension('2.5.29.19', true, sequence()), // basicConstraints: cA is false by default
    extension('2.5.29.15', true, bits(Buffer.of(0x80), 7)), // keyUsage: digitalSignature
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))), // extKeyUsage: serverAuth
    extension('2.5.29.17', false, sequence(...hosts.map(generalName))), // subjectAltName
    extension('2.5.29.14', false, octets(createHash('sha1').update(point).digest())), // subjectKeyIdentifier
  )
}

function generalName(host: string): Buffer {
  if (isIPv4(host)) return der(0x87, Buffer.from(host.split('.').map(Number)))
  if (isIPv6(host)) return der(0x87, ipv6Bytes(host))
  return der(0x82, Buffer.from(host, 'ascii'))
}

function ipv6Bytes(address: string): Buffer {
  // The URL parser writes the shortest form, with an embedded IPv4 address as hex.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (part: string): number[] =>
    part
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16))
  const [left, right] = [groups(head), groups(tail)]
  const all = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
