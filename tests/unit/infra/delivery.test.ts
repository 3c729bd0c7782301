// How it gets to Azure: azd and workflows. What can be checked without either.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { inflateRawSync } from 'node:zlib'
import { parse } from 'yaml'
import * as z from 'zod'
import { publish, zip } from '../../../infra/hooks/package.ts'

const text = (file: string): string => readFileSync(file, 'utf8')
const step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() })
const workflow = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.looseObject({
      'timeout-minutes': z.number(),
      permissions: z.record(z.string(), z.string()).optional(),
      needs: z.string().optional(),
      steps: z.array(step),
    }),
  ),
})
const WORKFLOWS = ['.github/workflows/check.yml', '.github/workflows/deploy.yml']

describe.each(WORKFLOWS)('%s', (file) => {
  const { permissions, jobs } = workflow.parse(parse(text(file)))
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  test('pins every action by the hash of a commit', () => {
    const actions = steps.flatMap(({ uses }) => uses ?? [])
    expect(actions.length).toBeGreaterThan(1)
    expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([])
  })

  test('has the least permissions and no secret', () => {
    expect(permissions).toEqual({ contents: 'read' })
    expect(text(file)).not.toMatch(/secrets\.|client-secret|password/i)
  })

  test('puts nothing into a shell that somebody outside can write', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
  })
})

test('checks and tests run on every push', () => {
  const { on, jobs } = workflow.parse(parse(text(WORKFLOWS[0]!)))
  expect(on).toHaveProperty('push', null)
  expect(jobs.test!.steps.flatMap(({ run }) => run ?? [])).toEqual(['npm ci', 'npm test', 'npm run build'])
})

test('deployment signs in by federation, after the tests, which cannot', () => {
  const { jobs } = workflow.parse(parse(text(WORKFLOWS[1]!)))
  expect(Object.entries(jobs).map(([name, { permissions, needs }]) => [name, permissions, needs])).toEqual([
    ['test', undefined, undefined],
    ['deploy', { contents: 'read', 'id-token': 'write' }, 'test'],
  ])
  expect(jobs.test!.steps.flatMap(({ run }) => run ?? [])).toEqual(['npm ci', 'npm test'])
  const runs = jobs.deploy!.steps.flatMap(({ run }) => run ?? [])
  const at = (part: string) => runs.findIndex((run) => run.includes(part))
  expect(at('federated-credential-provider github')).toBeGreaterThan(-1)
  expect(at('federated-credential-provider github')).toBeLessThan(at('azd provision'))
  expect(at('azd provision')).toBeLessThan(at('azd deploy'))
})

test('what main.bicepparam reads from the environment, the workflow gives: what it left out would be taken back', () => {
  const read = [...text('infra/main.bicepparam').matchAll(/readEnvironmentVariable\('(\w+)'(, )?/g)]
  const given = Object.keys(
    z.record(z.string(), z.string()).parse(parse(text(WORKFLOWS[1]!)).jobs.deploy.env),
  )
  const needed = read.filter(([, , hasDefault]) => !hasDefault).map(([, name]) => name!)
  expect(needed).toEqual(['AZURE_ENV_NAME', 'AZURE_LOCATION', 'EVENT_AUDIENCE'])
  // azd itself says who deploys.
  expect(read.map(([, name]) => name!).filter((name) => !given.includes(name))).toEqual([
    'AZURE_PRINCIPAL_ID',
  ])
  const ofAzd = ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_SUBSCRIPTION_ID']
  const known = [...read.map(([, name]) => name!), ...ofAzd]
  expect(given.filter((name) => !known.includes(name))).toEqual([])
})

test('azd deploys the bundle, and every hook it runs is there', () => {
  const azure = parse(text('azure.yaml'))
  expect(azure.services.api).toMatchObject({
    project: '.',
    host: 'function',
    dist: 'dist',
    remoteBuild: false,
  })
  const hooks = [...text('azure.yaml').matchAll(/node (infra\/hooks\/[\w-]+\.ts)/g)].map(([, file]) => file!)
  expect(new Set(hooks).size).toBe(4)
  expect(hooks.filter((file) => !existsSync(file))).toEqual([])
  expect(JSON.parse(text('package.json')).scripts.build).toBe('node local/build.ts')
})

test('scripts that the operations page names are there, and run under the Node that npm ci brings', () => {
  const named = [...text('docs/operations.md').matchAll(/(.{12})\bnode ([\w/-]+\.ts)/g)]
  expect(named.length).toBeGreaterThan(2)
  expect(named.filter(([, before, file]) => before !== 'npm exec -- ' || !existsSync(file!))).toEqual([])
})

test('every hook has a form for each kind of shell', () => {
  const azure = parse(text('azure.yaml'))
  const hooks = Object.values({ ...azure.hooks, ...azure.services.api.hooks })
  expect(hooks.length).toBeGreaterThan(3)
  for (const hook of hooks) {
    expect(hook).toMatchObject({ windows: { shell: 'pwsh' }, posix: { shell: 'sh' } })
  }
})

test('the zip leaves out what is not run', () => {
  expect(text('.funcignore').trim().split('\n')).toEqual(['*.map', 'local.settings.json'])
})

test('a package is a zip archive, the same bytes for the same files', () => {
  const entries = [
    { name: 'host.json', bytes: Buffer.from('{"version":"2.0"}') },
    { name: 'main.cjs', bytes: Buffer.from('x'.repeat(10_000)) },
  ]
  const archive = zip(entries)
  expect(zip(entries).equals(archive)).toBe(true)
  expect(archive.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04')
  const end = archive.subarray(-22)
  expect(end.subarray(0, 4).toString('latin1')).toBe('PK\x05\x06')
  expect(end.readUInt16LE(10)).toBe(2)
  let at = end.readUInt32LE(16)
  const found = Array.from({ length: end.readUInt16LE(10) }, () => {
    const header = archive.subarray(at)
    const nameLength = header.readUInt16LE(28)
    const local = archive.subarray(header.readUInt32LE(42))
    const from = 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
    at += 46 + nameLength
    return {
      name: header.toString('utf8', 46, 46 + nameLength),
      bytes: inflateRawSync(local.subarray(from, from + header.readUInt32LE(20))),
    }
  })
  expect(found).toEqual(entries)
})

test.each([
  ['success', [404, 1, 4], undefined],
  ['success of a worker that is gone', [1, 404], undefined],
  ['failure', [1, 3], /the deployment failed: no space/],
  ['another deployment', [0, 5], /the deployment failed: no space/],
])('a package is handed in once and waited for: %s', async (_, answers, failure) => {
  const calls: string[] = []
  const statuses = [...answers]
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    calls.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`)
    if (request.method === 'POST') response.writeHead(202).end('"d1"')
    else if (statuses[0] === 404) response.writeHead(statuses.shift()!).end()
    else response.end(JSON.stringify({ status: statuses.shift(), status_text: 'no space' }))
  })
  const url = await listening(server)
  const credential = { getToken: async () => ({ token: 't', expiresOnTimestamp: 0 }) }
  const done = publish(url, Buffer.from('zip'), credential, 1)
  if (failure) await expect(done).rejects.toThrow(failure)
  else await done
  expect(calls).toEqual([
    'POST /api/publish Bearer t zip',
    ...answers.map(() => 'GET /api/deployments/d1 Bearer t '),
  ])
  await closed(server)
})

async function listening(server: Server | ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const closed = (server: Server | ReturnType<typeof createServer>): Promise<unknown> =>
  new Promise((done) => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close(done)
  })
