// The hooks of azd: repeating them changes nothing, and they ask as little as they can.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SecretClient } from '@azure/keyvault-secrets'
import { type KeyVault, startKeyVault } from '../../../emulators/key-vault/server.ts'
import { createGraph, ensureApplication, removeApplication } from '../../../infra/hooks/entra-application.ts'
import { applicationName, monthOf } from '../../../infra/hooks/names.ts'
import {
  ensureSigningKeys,
  onceAllowed,
  putProviderKeys,
  rotateSigningKeys,
} from '../../../infra/hooks/vault-secrets.ts'

const credential = (token: () => Promise<string> | string) => ({
  getToken: async () => ({ token: await token(), expiresOnTimestamp: Date.now() + 3_600_000 }),
})

/** Graph's applications and service principals, as far as the hooks speak of them. The first calls may fail. */
async function startGraph(failures: Record<string, number> = {}) {
  const applications: Record<string, unknown>[] = []
  const principals: { id: string; appId: string }[] = []
  const calls: string[] = []
  const server = createServer(async (request, response) => {
    const url = decodeURI(request.url ?? '')
    const call = `${request.method} ${url}`
    calls.push(call)
    const body = JSON.parse((await request.setEncoding('utf8').toArray()).join('') || '{}')
    const answer = (status: number, content?: object) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(content && JSON.stringify(content))
    const [, wanted] = /eq '([^']*)'/.exec(url) ?? []
    if (request.headers.authorization !== 'Bearer operator')
      return answer(401, error('InvalidAuthenticationToken'))
    if ((failures[call.split('?')[0]!] ?? 0) > 0) {
      failures[call.split('?')[0]!]!--
      return answer(404, error('Request_ResourceNotFound'))
    }
    if (call.startsWith('GET /applications')) {
      return answer(200, { value: applications.filter(({ displayName }) => displayName === wanted) })
    }
    if (call === 'POST /applications') {
      const made = { id: `object-${applications.length}`, appId: `app-${applications.length}`, ...body }
      applications.push(made)
      return answer(201, made)
    }
    const known = applications.find(({ id }) => url === `/applications/${id}`)
    if (known && request.method === 'PATCH') {
      Object.assign(known, body)
      return answer(204)
    }
    if (known && request.method === 'DELETE') {
      applications.splice(applications.indexOf(known), 1)
      return answer(204)
    }
    if (call.startsWith('GET /servicePrincipals')) {
      return answer(200, { value: principals.filter(({ appId }) => appId === wanted) })
    }
    if (call === 'POST /servicePrincipals') {
      principals.push({ id: `principal-${principals.length}`, appId: body.appId })
      return answer(201, principals.at(-1)!)
    }
    answer(501, error('NotImplemented'))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    applications,
    principals,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

const error = (code: string) => ({ error: { code, message: 'Said by Graph.' } })

test('the application is made once, with the audience that its own id gives it, and its principal', async () => {
  await using server = await startGraph()
  const graph = createGraph(
    credential(() => 'operator'),
    server.url,
  )
  expect(await ensureApplication(graph, 'parley-events-dev-1234')).toBe('api://app-0')
  expect(await ensureApplication(graph, 'parley-events-dev-1234')).toBe('api://app-0')
  expect(server.applications).toEqual([
    {
      id: 'object-0',
      appId: 'app-0',
      displayName: 'parley-events-dev-1234',
      signInAudience: 'AzureADMyOrg',
      identifierUris: ['api://app-0'],
    },
  ])
  expect(server.principals).toEqual([{ id: 'principal-0', appId: 'app-0' }])
})

test('what Graph does not find yet is asked for again; what it refuses for good is told in its words', async () => {
  await using server = await startGraph({ 'PATCH /applications/object-0': 2, 'POST /servicePrincipals': 1 })
  const graph = createGraph(
    credential(() => 'operator'),
    server.url,
  )
  expect(await ensureApplication(graph, 'late', 1)).toBe('api://app-0')
  const stranger = createGraph(
    credential(() => 'nobody'),
    server.url,
  )
  await expect(ensureApplication(stranger, 'late', 1)).rejects.toThrow(
    /401 InvalidAuthenticationToken Said by Graph\./,
  )
})

test('it is taken away by name, and no other', async () => {
  await using server = await startGraph()
  const graph = createGraph(
    credential(() => 'operator'),
    server.url,
  )
  await ensureApplication(graph, 'mine')
  await ensureApplication(graph, 'theirs')
  expect(await removeApplication(graph, 'mine')).toBe(true)
  expect(await removeApplication(graph, 'mine')).toBe(false)
  expect(server.applications.map(({ displayName }) => displayName)).toEqual(['theirs'])
})

const clientOf = (vault: KeyVault, token = () => vault.token()) =>
  new SecretClient(vault.url, credential(token), {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: vault.ca },
    retryOptions: { maxRetries: 0 },
  })

test('the first signing key is made where there is none, is private and ES256, and stays', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  expect(await ensureSigningKeys(client, new Date('2026-11-21T10:00:00Z'))).toBe(true)
  const first = (await client.getSecret('signing-keys')).value!
  expect(JSON.parse(first)).toEqual({
    keys: [
      {
        kty: 'EC',
        crv: 'P-256',
        x: expect.stringMatching(/^[\w-]{43}$/),
        y: expect.stringMatching(/^[\w-]{43}$/),
        d: expect.stringMatching(/^[\w-]{43}$/),
        kid: expect.stringMatching(/^2026-11-21-[0-9a-f]{8}$/),
        alg: 'ES256',
        use: 'sig',
      },
    ],
  })
  expect(await ensureSigningKeys(client)).toBe(false)
  expect((await client.getSecret('signing-keys')).value).toBe(first)
})

test('rotation makes a version with another key and leaves the one before readable', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  await ensureSigningKeys(client)
  const before = await client.getSecret('signing-keys')
  const kid = await rotateSigningKeys(client)
  expect(JSON.parse((await client.getSecret('signing-keys')).value!).keys).toMatchObject([{ kid }])
  const older = await client.getSecret('signing-keys', { version: before.properties.version! })
  expect(older.value).toBe(before.value)
})

test('provider keys are stored under the names the app reads, once, and only those that are set', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  const environment = { GEMINI_API_KEY: 'g', OPENAI_API_KEY: '', PATH: '/bin' }
  expect(await putProviderKeys(client, environment)).toEqual(['gemini-api-key'])
  expect(await putProviderKeys(client, environment)).toEqual([])
  expect(await putProviderKeys(client, { GEMINI_API_KEY: 'new' })).toEqual(['gemini-api-key'])
  expect((await client.getSecret('gemini-api-key')).value).toBe('new')
})

test('a refusal is waited out, for the role may be new; another failure is not', async () => {
  const refused = Object.assign(new Error('Forbidden'), { statusCode: 403 })
  const answers = [refused, refused, 'stored']
  const work = async () => {
    const next = answers.shift()
    if (next instanceof Error) throw next
    return next
  }
  expect(await onceAllowed(work, 3, 1)).toBe('stored')
  let calls = 0
  const broken = async () => {
    calls++
    throw Object.assign(new Error('Gone'), { statusCode: 500 })
  }
  await expect(onceAllowed(broken, 3, 1)).rejects.toThrow('Gone')
  expect(calls).toBe(1)
  await expect(onceAllowed(() => Promise.reject(refused), 2, 1)).rejects.toThrow('Forbidden')
})

test('names and dates that other hooks find again', () => {
  expect(applicationName('dev', '0a1b2c3d-0000-4000-8000-000000000000')).toBe('parley-events-dev-0a1b2c3d')
  expect(monthOf(new Date('2026-11-21T10:00:00Z'))).toBe('2026-11-01')
})

const run = (hook: string, environment: Record<string, string>) =>
  promisify(execFile)(process.execPath, [`infra/hooks/${hook}.ts`], {
    env: { PATH: process.env.PATH, ...environment },
  })

test.each([
  [
    'before-provision',
    { EVENT_AUDIENCE: 'api://given', BUDGET_START: '2026-11-01', ALERT_EMAIL: 'a@b.example' },
  ],
  ['before-provision', { EVENT_AUDIENCE: 'api://given' }],
  ['after-deploy', {}],
])('%s has nothing to do where all is given, and asks nobody', async (hook, environment) => {
  expect(await run(hook, environment)).toEqual({ stdout: '', stderr: '' })
})

test('the month of a budget is kept when there is somebody to tell', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-azd-'))
  await writeFile(join(folder, 'azd'), `#!/bin/sh\necho "$@" > ${folder}/called\n`, { mode: 0o755 })
  const PATH = `${folder}:${process.env.PATH}`
  await run('before-provision', { PATH, EVENT_AUDIENCE: 'api://given', ALERT_EMAIL: 'a@b.example' })
  expect(await readFile(join(folder, 'called'), 'utf8')).toMatch(/^env set BUDGET_START 20\d\d-\d\d-01\n$/)
  await rm(folder, { recursive: true })
})

test('what a hook keeps for the template is forgotten when all is taken away', async () => {
  const kept = async (hook: string) =>
    [...(await readFile(`infra/hooks/${hook}.ts`, 'utf8')).matchAll(/keep\('(\w+)'/g)].map(([, name]) => name)
  expect(await kept('before-provision')).toEqual(['EVENT_AUDIENCE', 'BUDGET_START'])
  expect(await kept('after-down')).toEqual(['EVENT_AUDIENCE', 'BUDGET_START'])
})

test.each([
  ['before-provision', 'AZURE_ENV_NAME'],
  ['after-provision', 'KEY_VAULT_URI'],
  ['after-down', 'AZURE_ENV_NAME'],
])('%s outside of azd says which variable is missing', async (hook, variable) => {
  await expect(run(hook, {})).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`${variable} is not set: run this through azd.`),
  })
})
