import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { createCertificate } from '../certificate.ts'
import { certificateIn } from '../certificate-store.ts'
import { der, integer, oid, time } from '../der.ts'
import { createHttpServer } from '../http-server.ts'
import { close, listen } from '../listen.ts'

async function temporary(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'certificate-'))
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) }
}

test('DER: lengths above 127, the sign bit, multi-byte arcs, both kinds of time', () => {
  expect(der(0x04, Buffer.alloc(200)).subarray(0, 4).toString('hex')).toBe('0481c800')
  expect(der(0x04, Buffer.alloc(300)).subarray(0, 4).toString('hex')).toBe('0482012c')
  expect(integer(Buffer.of(0x80)).toString('hex')).toBe('02020080')
  expect(integer(Buffer.of(0, 0, 5)).toString('hex')).toBe('020105')
  expect(oid('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302')
  expect(time(new Date('2036-01-02T03:04:05Z')).toString('latin1')).toBe('\x17\x0d360102030405Z')
  expect(time(new Date('2050-01-02T03:04:05Z')).toString('latin1')).toBe('\x18\x0f20500102030405Z')
})

test('the certificate says what it is for, and for how long', () => {
  const { cert, key } = createCertificate({ from: new Date('2026-05-04T10:05:00Z') })
  const parsed = new X509Certificate(cert)
  expect(parsed).toMatchObject({
    ca: false,
    subject: 'CN=localhost (emulators)',
    issuer: 'CN=localhost (emulators)',
    subjectAltName: 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    validFrom: 'May  4 10:00:00 2026 GMT',
    validTo: 'May  4 10:00:00 2036 GMT',
    keyUsage: ['1.3.6.1.5.5.7.3.1'],
    signatureAlgorithm: 'ecdsa-with-SHA256',
  })
  expect(parsed.verify(parsed.publicKey)).toBe(true)
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/)
})

test('past 2049 the end of its validity is a GeneralizedTime', () => {
  const { cert } = createCertificate({ from: new Date('2045-05-04T10:05:00Z') })
  expect(new X509Certificate(cert).validTo).toBe('May  4 10:00:00 2055 GMT')
})

test.each(['localhost', '127.0.0.1', 'my.vault.test'])(
  'node:tls accepts it for %s, and only when it is trusted',
  async (host) => {
    const tls = createCertificate({ hosts: ['localhost', '127.0.0.1', '::1', '*.vault.test'] })
    const server = createServer(tls, (socket) => socket.end())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const verdict = async (ca?: string, name = host): Promise<string> => {
      const socket = connect({
        port,
        host: '127.0.0.1',
        // An address is no SNI name: it is checked against the certificate by the host.
        ...(name === '127.0.0.1' ? {} : { servername: name }),
        ...(ca !== undefined && { ca }),
      })
      try {
        await once(socket, 'secureConnect')
        return String(socket.authorized)
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? String(error)
      } finally {
        socket.destroy()
      }
    }
    try {
      expect(await verdict(tls.cert)).toBe('true')
      expect(await verdict()).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
      expect(await verdict(tls.cert, 'example.com')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    } finally {
      server.close()
    }
  },
)

test('IPv6 addresses in any spelling', () => {
  const hosts = ['::1', 'fe80::1:2', '2001:db8:1:2:3:4:5:6', '::ffff:10.0.0.1']
  const parsed = new X509Certificate(createCertificate({ hosts }).cert)
  expect(hosts.map((host) => parsed.checkIP(host) !== undefined)).toEqual([true, true, true, true])
  expect(parsed.checkIP('::2')).toBeUndefined()
})

test('a folder keeps its certificate; hosts it does not cover get a new one', async () => {
  await using temp = await temporary()
  const first = await certificateIn(temp.dir)
  const second = await certificateIn(temp.dir)
  expect(second).toEqual(first)
  expect(first.caFile).toBe(join(temp.dir, 'tls', 'ca.pem'))
  expect((await stat(join(temp.dir, 'tls', 'key.pem'))).mode & 0o777).toBe(0o600)
  const wider = await certificateIn(temp.dir, ['localhost', '10.1.2.3'])
  expect(wider.cert).not.toBe(first.cert)
  expect(new X509Certificate(wider.cert).checkIP('10.1.2.3')).toBe('10.1.2.3')
})

test('processes that start at once share one certificate and leave nothing behind', async () => {
  await using temp = await temporary()
  const all = await Promise.all(Array.from({ length: 8 }, () => certificateIn(temp.dir)))
  expect(new Set(all.map(({ cert }) => cert)).size).toBe(1)
  expect(await readdir(temp.dir)).toEqual(['tls'])
})

test('the HTTP kit speaks HTTPS with it', async () => {
  const tls = createCertificate()
  const server = createHttpServer({
    tls,
    route: () => ({ name: 'hello', run: () => ({ status: 200, body: 'hello' }) }),
    toError: () => ({ status: 500 }),
  })
  const port = await listen(server, 0, 'the test server')
  const socket = connect({ port, host: '127.0.0.1', ca: tls.cert })
  socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n')
  const answer = (await socket.toArray()).join('')
  await close(server)
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(answer).toMatch(/\r\n\r\nhello$/)
})
