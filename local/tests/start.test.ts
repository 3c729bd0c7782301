import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { addresses, isServed, type Ready, run, temporaryFolder, untilGone } from './run.ts'

const start = (dataDir: string, ...args: string[]) =>
  run('start.ts', ['--ports', '0', '--data', dataDir, '--json', ...args])

async function post(url: string, body: unknown, token?: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

async function signIn({ api, accounts }: Ready): Promise<string> {
  const [ada] = accounts
  const { body } = await post(`${api}/auth/login`, { login: ada?.handle, password: ada?.password })
  return body.accessToken ?? ''
}

/** What the storage answers a browser that asks whether a page of another origin may upload. */
async function mayUpload(blob: string): Promise<string | null> {
  const asked = {
    origin: 'http://localhost:5173',
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'content-type,x-ms-blob-type',
  }
  const answer = await fetch(`${blob}/media/c1/a1`, { method: 'OPTIONS', headers: asked })
  return answer.ok ? answer.headers.get('access-control-allow-origin') : null
}

test('comes up with one line of JSON, goes with Ctrl-C, and keeps its data', async () => {
  await using folder = await temporaryFolder()
  let chatId = ''
  {
    await using stack = start(folder.path)
    const ready = await stack.ready
    expect(ready.accounts).toEqual([
      { handle: 'ada', password: 'parley-demo-1' },
      { handle: 'grace', password: 'parley-demo-1' },
    ])
    expect((await fetch(`${ready.api}/health`)).status).toBe(200)
    expect((await fetch(`${ready.ai}/_emulator/ready`)).status).toBe(200)
    expect(new Set(await Promise.all(addresses(ready).map(isServed)))).toEqual(new Set([true]))
    expect(await mayUpload(ready.blob)).toBe('http://localhost:5173')
    const chat = await post(`${ready.api}/chats`, { kind: 'group', name: 'Engines' }, await signIn(ready))
    expect(chat.status).toBe(201)
    chatId = chat.body.chatId ?? ''
    stack.process.kill('SIGINT')
    const { code, stdout, stderr } = await stack.ended
    expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 2 })
    expect(new Set(await Promise.all(addresses(ready).map(isServed)))).toEqual(new Set([false]))
  }
  await using again = start(folder.path)
  const ready = await again.ready
  const chat = await fetch(`${ready.api}/chats/${chatId}`, {
    headers: { authorization: `Bearer ${await signIn(ready)}` },
  })
  expect([chat.status, await chat.json()]).toMatchObject([200, { name: 'Engines' }])
})

test('a second start on the same data folder is refused, and so is a reset', async () => {
  await using folder = await temporaryFolder()
  await using first = start(folder.path)
  await first.ready
  const second = await start(folder.path).ended
  expect(second.code).toBe(1)
  expect(second.stdout).toBe('')
  expect(second.stderr).toContain(`A stack is running on ${folder.path} already.`)
  const reset = await run('reset.ts', ['--data', folder.path]).ended
  expect(reset.code).toBe(1)
  expect(reset.stderr).toContain('stop it first')
  first.process.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)
  expect((await run('reset.ts', ['--data', folder.path]).ended).code).toBe(0)
})

test('says which port is taken, by whom it is needed and how to move it', async () => {
  await using folder = await temporaryFolder()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const { code, stdout, stderr } = await run('start.ts', ['--ports', String(port - 2), '--data', folder.path])
    .ended
  other.close()
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(`Port ${port} is taken: the Cosmos DB emulator needs it.`)
  expect(stderr).toContain('npm start -- --ports <base>')
})

test('when a part dies the rest is stopped, and it is said which', async () => {
  await using folder = await temporaryFolder()
  await using stack = start(folder.path)
  const ready = await stack.ready
  process.kill(ready.pids.cosmos, 'SIGKILL')
  const { code, stderr } = await stack.ended
  expect(code).toBe(1)
  expect(stderr).toContain('The Cosmos DB emulator ended with SIGKILL. Everything else is stopped too.')
  expect(new Set(await Promise.all(addresses(ready).map(isServed)))).toEqual(new Set([false]))
})

test('nothing outlives a supervisor that is killed', async () => {
  await using folder = await temporaryFolder()
  await using stack = start(folder.path)
  const ready = await stack.ready
  process.kill(ready.pids.supervisor, 'SIGKILL')
  await stack.ended
  await untilGone(addresses(ready))
})

test('Ctrl-C during the start leaves nothing behind', async () => {
  await using folder = await temporaryFolder()
  const stack = run('start.ts', ['--ports', '0', '--data', folder.path, '--json', '--verbose'])
  // The first line of the log: something runs, most does not yet.
  await once(stack.process.stderr!, 'data')
  stack.process.kill('SIGINT')
  const { code, stdout } = await stack.ended
  expect([code, stdout]).toEqual([0, ''])
  // The lock is free, so the next start is not refused.
  await using next = start(folder.path)
  expect((await next.ready).ready).toBe(true)
})

test('with --vault the app signs with the key in a vault, and the settings hold none', async () => {
  await using folder = await temporaryFolder()
  await using stack = start(folder.path, '--vault')
  const { api, identity } = await stack.ready
  expect(await isServed(identity)).toBe(true)
  const { keys } = (await (await fetch(`${api}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }
  expect(keys).toMatchObject([{ kid: expect.stringMatching(/^local-/), alg: 'ES256' }])
  const settings = JSON.parse(await readFile(join(folder.path, 'app-settings.json'), 'utf8'))
  expect(settings).toMatchObject({ KEY_VAULT_URI: expect.stringMatching(/^https:/) })
  expect(settings).not.toHaveProperty('SIGNING_KEYS')
})
