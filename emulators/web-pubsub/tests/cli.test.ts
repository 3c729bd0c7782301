// The emulator as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { createCertificate } from '../../kit/certificate.ts'
import { startWebPubSub } from '../server.ts'
import { startEventHandler } from './support/event-handler.ts'
import { startIssuer } from './support/issuer.ts'
import { connectRaw } from './support/raw-client.ts'
import { signToken } from './support/tokens.ts'

const MAIN = new URL('../../main.ts', import.meta.url).pathname

const run = (...args: string[]): ChildProcess => spawn(process.execPath, [MAIN, 'web-pubsub', ...args])

interface Ready {
  ready: boolean
  url: string
  port: number
  connectionString: string
  ca?: string
  caFile?: string
}

async function ready(child: ChildProcess): Promise<Ready> {
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer]
  return JSON.parse(String(chunk)) as Ready
}

test('says when it is ready, serves its hubs, stops with code 0', async () => {
  await using handler = await startEventHandler()
  const child = run('--port', '0', '--hub', 'Chat', '--upstream', handler.url)
  const { url, ...rest } = await ready(child)
  expect(rest).toEqual({
    ready: true,
    port: Number(new URL(url).port),
    connectionString: `Endpoint=${url};AccessKey=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH;Version=1.0;`,
  })
  const token = signToken({ aud: `${url}/client/hubs/chat`, exp: Math.floor(Date.now() / 1000) + 60 })
  const client = await connectRaw(`${url.replace('http', 'ws')}/client/hubs/chat?access_token=${token}`)
  client.sendText('hi')
  expect(String((await handler.event('message')).body)).toBe('hi')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect((await client.closed).code).toBe(1006)
})

test('takes hubs from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'web-pubsub-'))
  const config = join(folder, 'hubs.json')
  await writeFile(config, '{"hubs":{"open":{"anonymousConnectPolicy":"allow"}}}')
  const child = run('--port', '0', '--config', config)
  const { url } = await ready(child)
  const client = await connectRaw(`${url.replace('http', 'ws')}/client/hubs/open`)
  client.socket.close(1000)
  expect((await client.closed).code).toBe(1000)
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([0, null])
  await rm(folder, { recursive: true })
})

test('a taken port, a short key, settings that are wrong: exit code 1 and why', async () => {
  await using taken = await startWebPubSub({ port: 0 })
  const cases: [string[], string][] = [
    [
      ['--port', String(taken.port)],
      `Port ${taken.port} is taken: the Web PubSub emulator cannot listen on it.\n`,
    ],
    [
      ['--port', '0', '--access-key', 'short'],
      'An access key needs at least 32 bytes, no semicolon and no outer blanks.\n',
    ],
    [
      ['--port', '0', '--hub', 'chat', '--upstream', 'tunnel:///x'],
      'tunnels and Key Vault references are not supported',
    ],
    [['--port', '0', '--units', '0'], 'Units are a whole number from 1 to 1000.\n'],
    [['--port', '0', '--cert', 'cert.pem'], '--cert and --key go together.\n'],
    [['--port', '0', '--entra-jwks', 'missing.json'], 'missing.json'],
  ]
  for (const [args, message] of cases) {
    const child = run(...args)
    const [errors, exit] = await Promise.all([text(child.stderr!), once(child, 'exit')])
    expect(errors).toContain(message)
    expect(exit).toEqual([1, null])
  }
})

test('speaks TLS with the certificate of a folder, and with one given in files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'web-pubsub-'))
  const own = createCertificate()
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  await Promise.all([writeFile(cert, own.cert), writeFile(key, own.key)])
  const ways = [['--certificate', folder], ['--cert', cert, '--key', key], ['--tls']]
  const lines: Ready[] = []
  for (const way of ways) {
    const child = run('--port', '0', ...way)
    const line = await ready(child)
    lines.push(line)
    expect(line.url).toMatch(/^https:/)
    const options = { tlsOptions: { ca: line.ca! } }
    await new WebPubSubServiceClient(line.connectionString, 'chat', options).sendToAll('x')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  }
  expect(lines[0]).toMatchObject({ caFile: join(folder, 'tls', 'ca.pem') })
  expect(lines[0]!.ca).toBe(await readFile(join(folder, 'tls', 'ca.pem'), 'utf8'))
  expect(lines[1]!.ca).toBe(own.cert)
  await rm(folder, { recursive: true })
})

test('takes the keys of an Entra issuer by URL and from a file', async () => {
  await using issuer = await startIssuer()
  const folder = await mkdtemp(join(tmpdir(), 'web-pubsub-'))
  const file = join(folder, 'keys.json')
  await writeFile(file, JSON.stringify(issuer.jwks))
  const authorization = `Bearer ${await issuer.token()}`
  const statuses: number[] = []
  for (const [jwks, name] of [
    [issuer.jwksUrl, issuer.name],
    [file, issuer.name],
    [file, 'another'],
  ]) {
    const child = run('--port', '0', '--entra-jwks', jwks!, '--entra-issuer', name!, '--units', '1')
    const { url } = await ready(child)
    const answer = await fetch(`${url}/api/hubs/chat/users/ann`, {
      method: 'HEAD',
      headers: { authorization },
    })
    statuses.push(answer.status)
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  expect(statuses).toEqual([404, 404, 401])
  await rm(folder, { recursive: true })
})
