// Function keys: who may call what when the host asks for keys, and their management over HTTP.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/guarded', import.meta.url))
const key = (name: string, value: string) => ({ name, value, encrypted: false })

/** A host with known keys: the master's, one for all functions, one for an extension, and one for `guarded`. */
async function start(): Promise<{ host: SpawnedHost; keys: string }> {
  const keys = await mkdtemp(join(tmpdir(), 'functions-host-'))
  const hostKeys = {
    masterKey: key('master', 'the-master'),
    functionKeys: [key('default', 'for-all')],
    systemKeys: [key('extension', 'for-extension')],
  }
  await writeFile(join(keys, 'host.json'), JSON.stringify(hostKeys))
  await writeFile(join(keys, 'guarded.json'), JSON.stringify({ keys: [key('default', 'for-guarded')] }))
  return {
    keys,
    host: await spawnFunctionsHost({
      app,
      log: 'info',
      keys,
      settings: { 'AzureWebJobs.retired.Disabled': 'true' },
    }),
  }
}

let host: SpawnedHost
beforeAll(async () => {
  host = (await start()).host
})
afterAll(() => host.close())

const status = async (path: string, given?: string, init: RequestInit = {}): Promise<number> => {
  const headers = given === undefined ? {} : { 'x-functions-key': given }
  return (await fetch(`${host.url}${path}`, { ...init, headers })).status
}

test.each([
  ['open', undefined, 200],
  ['open', 'wrong', 200],
  ['guarded', undefined, 401],
  ['guarded', 'wrong', 401],
  ['guarded', 'for-guarded', 200],
  ['guarded', 'for-all', 200],
  ['guarded', 'for-extension', 401],
  ['guarded', 'the-master', 200],
  ['other', 'for-guarded', 401],
  ['other', 'for-all', 200],
  ['chief', undefined, 401],
  ['chief', 'for-all', 401],
  ['chief', 'the-master', 200],
])('function "%s" with key %s: %i', async (name, given, expected) => {
  expect(await status(`/api/${name}`, given)).toBe(expected)
})

test('a key may be in the query; the header wins; a refusal has no body', async () => {
  expect(await status('/api/guarded?code=for-guarded')).toBe(200)
  expect(await status('/api/guarded?code=the-master&x=1')).toBe(200)
  expect(await status('/api/guarded?code=for-guarded', 'wrong')).toBe(401)
  expect(await (await fetch(`${host.url}/api/guarded`)).text()).toBe('')
})

test('a disabled function is for the master key alone', async () => {
  expect(await status('/api/retired')).toBe(401)
  expect(await status('/api/retired', 'for-all')).toBe(404)
  expect(await status('/api/retired', 'the-master')).toBe(200)
})

test('admin routes take the master key alone; whoever asks whether the host is there needs none', async () => {
  expect(await status('/admin/host/status')).toBe(401)
  expect(await status('/admin/host/status', 'wrong')).toBe(401)
  expect(await status('/admin/host/status', 'for-all')).toBe(403)
  expect(await status('/admin/host/status', 'the-master')).toBe(200)
  expect(await status('/admin/functions/tick', 'for-all', { method: 'POST' })).toBe(403)
  expect(host.logs()).not.toContain('ticked')
  expect(await status('/admin/functions/tick', 'the-master', { method: 'POST', body: '{}' })).toBe(202)
  await host.logged('ticked')
  expect(await status('/admin/host/ping')).toBe(200)
})

test('keys are listed, made, set and removed over HTTP, hold at once, and outlive the host', async () => {
  const { host: first, keys } = await start()
  const call = async (method: string, path: string, body?: unknown) => {
    const init = { method, headers: { 'x-functions-key': 'the-master' } }
    const response = await fetch(`${first.url}${path}`, {
      ...init,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return [response.status, text === '' ? '' : JSON.parse(text)]
  }
  const open = async (name: string, given: string) =>
    (await fetch(`${first.url}/api/${name}?code=${given}`)).status
  const path = '/admin/functions/GUARDED/keys'
  expect(await call('GET', path)).toEqual([
    200,
    {
      keys: [{ name: 'default', value: 'for-guarded' }],
      links: [{ rel: 'self', href: `${first.url}/admin/functions/GUARDED/keys` }],
    },
  ])
  expect(await call('PUT', `${path}/partner`, { value: 'secret' })).toMatchObject([
    201,
    { name: 'partner', value: 'secret' },
  ])
  expect(await open('guarded', 'secret')).toBe(200)
  expect(await call('PUT', `${path}/partner`, { value: 'newer' })).toMatchObject([200, { value: 'newer' }])
  expect([await open('guarded', 'secret'), await open('guarded', 'newer')]).toEqual([401, 200])
  expect(await call('PUT', `${path}/partner`, {})).toMatchObject([400, {}])
  expect(await call('DELETE', `${path}/partner`)).toEqual([204, ''])
  expect(await open('guarded', 'newer')).toBe(401)
  expect(await call('DELETE', `${path}/partner`)).toMatchObject([404, {}])
  expect(await call('GET', '/admin/functions/nobody/keys')).toMatchObject([404, {}])

  const made = await call('POST', '/admin/host/functionkeys/made')
  expect(made).toMatchObject([201, { name: 'made', value: expect.stringMatching(/^[\w-]{54}==$/) }])
  expect(await open('other', encodeURIComponent(made[1].value))).toBe(200)
  expect((await call('GET', '/admin/host/keys'))[1].keys).toEqual([
    { name: 'default', value: 'for-all' },
    { name: 'made', value: made[1].value },
  ])
  expect((await call('GET', '/admin/host/systemkeys'))[1].keys).toEqual([
    { name: 'extension', value: 'for-extension' },
  ])
  expect(await call('GET', '/admin/host/systemkeys/_master')).toMatchObject([200, { value: 'the-master' }])
  expect(await call('DELETE', '/admin/host/keys/_master')).toMatchObject([
    400,
    { message: 'Invalid key name.' },
  ])
  expect(await call('PUT', '/admin/host/keys/_master', { value: 'new-master' })).toMatchObject([200, {}])
  expect([await open('chief', 'the-master'), await open('chief', 'new-master')]).toEqual([401, 200])
  await first.close()

  await using second = await spawnFunctionsHost({ app, keys })
  const headers = { 'x-functions-key': 'new-master' }
  const kept = await fetch(`${second.url}/admin/host/keys/made`, { headers })
  expect(await kept.json()).toMatchObject({ value: made[1].value })
})

test('missing keys are made and can be read in the folder; a file that is not valid is named', async () => {
  const keys = await mkdtemp(join(tmpdir(), 'functions-host-'))
  await using made = await spawnFunctionsHost({ app, keys })
  const stored = JSON.parse(await readFile(join(keys, 'chief.json'), 'utf8')) as { keys: { value: string }[] }
  expect(stored.keys).toEqual([key('default', expect.stringMatching(/^[\w-]{54}==$/) as string)])
  const { masterKey } = JSON.parse(await readFile(join(keys, 'host.json'), 'utf8')) as {
    masterKey: { value: string }
  }
  const answer = await fetch(`${made.url}/api/chief`, { headers: { 'x-functions-key': masterKey.value } })
  expect(answer.status).toBe(200)
  await writeFile(join(keys, 'chief.json'), '{"keys":[{"name":"default","value":"x","encrypted":true}]}')
  await expect(spawnFunctionsHost({ app, keys })).rejects.toThrow(/chief\.json is not valid(.|\n)*encrypted/)
})

test('without a folder no key is asked for, as with Core Tools, and there are none to manage', async () => {
  await using free = await spawnFunctionsHost({ app })
  expect((await fetch(`${free.url}/api/chief`)).status).toBe(200)
  const answer = await fetch(`${free.url}/admin/host/keys`)
  expect([answer.status, await answer.json()]).toEqual([
    501,
    { message: 'This host does not ask for keys and keeps none: start it with --keys <dir>.' },
  ])
})
