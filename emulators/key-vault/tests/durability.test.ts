// Data that outlives the process, the certificate, and the emulator as a command.
import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { startKeyVault } from '../server.ts'
import { clientOf, raw, V } from './client.ts'

const MAIN = resolve('emulators/main.ts')

async function temporary(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'key-vault-test-'))
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
}

interface Ready {
  url: string
  port: number
  caFile: string
  identity: { url: string }
  environment: Record<string, string>
}

async function start(...flags: string[]): Promise<{ child: ChildProcess; ready: Ready } & AsyncDisposable> {
  const child = spawn(
    process.execPath,
    [MAIN, 'key-vault', '--port', '0', '--identity-port', '0', ...flags],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  return {
    child,
    ready: JSON.parse(line) as Ready,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    },
  }
}

test('a restart keeps secrets, versions, what is deleted, and the certificate', async () => {
  await using temp = await temporary()
  const first = await startKeyVault({ dataDir: temp.dir })
  const client = clientOf(first)
  const { properties } = await client.setSecret('key', 'one', { tags: { a: 'b' } })
  await client.setSecret('key', 'two', { enabled: false })
  await client.setSecret('gone', 'x')
  await (await client.beginDeleteSecret('gone', { intervalInMs: 1 })).pollUntilDone()
  await first.close()

  await using second = await startKeyVault({ dataDir: temp.dir })
  const again = clientOf(second)
  expect(second.ca).toBe(first.ca)
  expect(second.caFile).toBe(first.caFile)
  expect(await again.getSecret('key', { version: properties.version! })).toMatchObject({
    value: 'one',
    properties: { tags: { a: 'b' }, createdOn: properties.createdOn },
  })
  await expect(again.getSecret('key')).rejects.toThrow('disabled secret')
  expect((await again.getDeletedSecret('gone')).name).toBe('gone')
})

test('one folder serves one vault at a time', async () => {
  await using temp = await temporary()
  await using _first = await startKeyVault({ dataDir: temp.dir })
  await expect(startKeyVault({ dataDir: temp.dir })).rejects.toThrow(
    `The vault in ${temp.dir} cannot be opened: database is locked.`,
  )
})

test('vaults share a certificate by its folder; it covers the hosts asked for', async () => {
  await using temp = await temporary()
  await using first = await startKeyVault({ certificateDir: temp.dir, hosts: ['vault.test', '10.1.2.3'] })
  await using second = await startKeyVault({ certificateDir: temp.dir })
  expect(second.ca).toBe(first.ca)
  const certificate = new X509Certificate(first.ca)
  expect(certificate.checkHost('vault.test')).toBe('vault.test')
  expect(certificate.checkIP('10.1.2.3')).toBe('10.1.2.3')
  expect(certificate.checkHost('other.test')).toBeUndefined()
})

test.each([6, 91, 7.5])('a retention of %d days is refused', async (retentionDays) => {
  await expect(startKeyVault({ retentionDays })).rejects.toThrow('Deleted secrets are kept for 7 to 90 days.')
})

test('without a folder nothing stays behind', async () => {
  const vault = await startKeyVault()
  expect(await readFile(vault.caFile, 'utf8')).toBe(vault.ca)
  await vault.close()
  await vault.close()
  await expect(readFile(vault.caFile)).rejects.toThrow('ENOENT')
})

test('the command: one line when ready, SIGTERM ends it with 0, its data outlives it', async () => {
  await using temp = await temporary()
  const flags = ['--data', temp.dir, '--name', 'vault.test', '--retention', '7']
  const call = async (
    { ready }: { ready: Ready },
    method: string,
    body?: object,
  ): Promise<{ value: string }> => {
    const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header } = ready.environment
    const answer = await fetch(`${endpoint}?api-version=2019-08-01&resource=https://vault.azure.net`, {
      headers: { 'x-identity-header': header! },
    })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    const target = { port: ready.port, ca: await readFile(ready.caFile, 'utf8') }
    return (await raw(target, method, `/secrets/key?${V}`, { token, body })).body
  }
  {
    await using running = await start(...flags)
    expect(running.ready).toMatchObject({
      ready: true,
      url: `https://127.0.0.1:${running.ready.port}`,
      caFile: join(temp.dir, 'tls', 'ca.pem'),
      environment: {
        IDENTITY_ENDPOINT: `${running.ready.identity.url}/msi/token`,
        IDENTITY_HEADER: 'local-managed-identity',
        NODE_EXTRA_CA_CERTS: join(temp.dir, 'tls', 'ca.pem'),
      },
    })
    expect(await call(running, 'PUT', { value: 'kept' })).toMatchObject({
      attributes: { recoverableDays: 7 },
    })
    running.child.kill('SIGTERM')
    expect(await once(running.child, 'exit')).toEqual([0, null])
  }
  await using running = await start(...flags)
  expect((await call(running, 'GET')).value).toBe('kept')
  // Killed after the commit and before the answer: stored, although the caller never hears of it.
  await fetch(`${running.ready.identity.url}/_emulator/faults`, {
    method: 'POST',
    body: JSON.stringify({ operation: 'secret.set', fault: { kind: 'kill', step: 'committed' } }),
  })
  const exited = once(running.child, 'exit')
  await expect(call(running, 'PUT', { value: 'unheard' })).rejects.toThrow('socket hang up')
  expect(await exited).toEqual([null, 'SIGKILL'])
  await using last = await start(...flags)
  expect((await call(last, 'GET')).value).toBe('unheard')
})

test('the command on a taken port: code 1 and the reason', async () => {
  const blocker = createServer()
  await once(blocker.listen(0, '127.0.0.1'), 'listening')
  const { port } = blocker.address() as AddressInfo
  const child = spawn(process.execPath, [MAIN, 'key-vault', '--port', String(port), '--identity-port', '0'])
  const [said, [code]] = await Promise.all([child.stderr.setEncoding('utf8').toArray(), once(child, 'exit')])
  blocker.close()
  expect(said.join('')).toBe(`Port ${port} is taken: the Key Vault emulator cannot listen on it.\n`)
  expect(code).toBe(1)
})
