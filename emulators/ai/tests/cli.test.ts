// The emulator as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { AzureOpenAI } from 'openai'

const MAIN = new URL('../../main.ts', import.meta.url).pathname

const run = (...args: string[]): ChildProcess => spawn(process.execPath, [MAIN, 'ai', '--port', '0', ...args])

async function ready(child: ChildProcess): Promise<{ ready: boolean; url: string }> {
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer]
  return JSON.parse(String(chunk)) as { ready: boolean; url: string }
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
}

const ask = (client: AzureOpenAI, model: string) =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content: '1 + 1' }] })

test('serves the deployments it is given, for its key and for tokens of an issuer', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const folder = await mkdtemp(join(tmpdir(), 'ai-'))
  const keys = join(folder, 'keys.json')
  await writeFile(keys, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] }))
  const child = run(
    ...['--key', 'right', '--deployment', 'chat=gpt-4o', '--deployment', 'small=gpt-4o-mini'],
    ...['--entra-jwks', keys, '--entra-issuer', 'https://issuer.test/'],
  )
  const { ready: isReady, url } = await ready(child)
  expect(isReady).toBe(true)
  const common = { endpoint: url, apiVersion: '2024-10-21', maxRetries: 0 }
  const byKey = new AzureOpenAI({ ...common, apiKey: 'right' })
  expect(await ask(byKey, 'small')).toMatchObject({
    model: 'gpt-4o-mini',
    choices: [{ message: { content: '1 + 1 = 2' } }],
  })
  await expect(ask(byKey, 'other')).rejects.toMatchObject({ code: 'DeploymentNotFound' })
  const token = (iss: string) =>
    new SignJWT({ aud: 'https://cognitiveservices.azure.com', iss })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setExpirationTime('1h')
      .sign(privateKey)
  const byToken = (iss: string) => new AzureOpenAI({ ...common, azureADTokenProvider: () => token(iss) })
  expect((await ask(byToken('https://issuer.test/'), 'chat')).model).toBe('gpt-4o')
  await expect(ask(byToken('https://other.test/'), 'chat')).rejects.toMatchObject({ status: 401 })
  await stop(child)
  await rm(folder, { recursive: true })
})

test('a deployment without a model is refused before anything starts', async () => {
  const child = run('--deployment', 'chat')
  const [said, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')])
  expect(code).toBe(1)
  expect(said).toContain('A deployment is <name>=<model>.')
})
