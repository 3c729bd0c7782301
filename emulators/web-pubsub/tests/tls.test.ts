// TLS: HTTPS for the REST API, WSS for clients.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { WebSocket } from 'ws'
import { createCertificate } from '../../kit/certificate.ts'
import { startWebPubSub } from '../server.ts'
import { connectSdk, serviceClient, trustedClient } from './support/sdk.ts'

afterEach(() => setDefaultCACertificates(getCACertificates('bundled')))

test('the SDKs speak TLS once they trust the certificate, and only then', async () => {
  await using emulator = await startWebPubSub({ port: 0, tls: true })
  expect(emulator.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  expect(emulator.connectionString).toContain(`Endpoint=${emulator.url};`)
  await expect(serviceClient(emulator).sendToAll('x')).rejects.toThrow('self-signed certificate')
  const service = trustedClient(emulator)
  await service.sendToAll('x')
  await expect(connectSdk(emulator)).rejects.toThrow('self-signed certificate')
  setDefaultCACertificates([emulator.ca!])
  using ann = await connectSdk(emulator, { userId: 'ann', groups: ['g'] })
  await service.group('g').sendToAll('secret', { contentType: 'text/plain' })
  await ann.received(1)
  expect(ann.messages).toEqual([{ from: 'group', data: 'secret', dataType: 'text', sequenceId: 1 }])
})

test('a reliable client recovers over TLS', async () => {
  await using emulator = await startWebPubSub({ port: 0, tls: true })
  setDefaultCACertificates([emulator.ca!])
  using ann = await connectSdk(emulator, { userId: 'ann' })
  const service = trustedClient(emulator)
  for (const n of [1, 2, 3]) {
    await service.sendToUser('ann', { n })
    if (n === 2) emulator.dropConnection(ann.connectionId)
  }
  await ann.received(3)
  expect(ann.messages.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
})

test('links to the next page are https', async () => {
  await using emulator = await startWebPubSub({ port: 0, tls: true })
  setDefaultCACertificates([emulator.ca!])
  using _a = await connectSdk(emulator, { userId: 'a', groups: ['g'] })
  using _b = await connectSdk(emulator, { userId: 'b', groups: ['g'] })
  const users: (string | undefined)[] = []
  for await (const { userId } of await trustedClient(emulator).group('g').listConnections({ maxPageSize: 1 }))
    users.push(userId)
  expect(users.toSorted()).toEqual(['a', 'b'])
})

test('a certificate kept in a folder outlives the emulator', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'web-pubsub-'))
  const first = await startWebPubSub({ port: 0, tls: { dir } })
  await first.close()
  await using second = await startWebPubSub({ port: 0, tls: { dir } })
  expect(second.ca).toBe(first.ca)
  expect(second.caFile).toBe(join(dir, 'tls', 'ca.pem'))
  const options = { tlsOptions: { ca: first.ca! } }
  await new WebPubSubServiceClient(second.connectionString, 'chat', options).sendToAll('x')
  await rm(dir, { recursive: true })
})

test('a given certificate is served; one that does not fit its key is refused', async () => {
  const own = createCertificate({ hosts: ['127.0.0.1'] })
  await using emulator = await startWebPubSub({ port: 0, tls: own })
  expect(emulator.ca).toBe(own.cert)
  await trustedClient(emulator).sendToAll('x')
  const { key } = createCertificate()
  await expect(startWebPubSub({ port: 0, tls: { key, cert: own.cert } })).rejects.toThrow(
    'Key and certificate must be PEM and belong together.',
  )
})

test('without TLS there is no certificate to trust', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  expect([emulator.ca, emulator.caFile]).toEqual([undefined, undefined])
})

test('connections are cut on close', async () => {
  const emulator = await startWebPubSub({
    port: 0,
    tls: true,
    hubs: { open: { anonymousConnectPolicy: 'allow' } },
  })
  const socket = new WebSocket(`${emulator.url.replace('http', 'ws')}/client/hubs/open`, { ca: emulator.ca })
  await new Promise((resolve) => socket.on('open', resolve))
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await emulator.close()
  expect(await closed).toBe(1006)
})
