// The images and what compose makes of them: what their texts promise each other, without an engine that runs them.
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { parse } from 'yaml'
import * as z from 'zod'
import { forward } from '../../../infra/local/forward.ts'
import { readConfig } from '../../../shared/config.ts'

const text = (file: string): string => readFileSync(file, 'utf8')
const IMAGES = ['Dockerfile', 'Dockerfile.local']
const service = z.looseObject({
  image: z.string().optional(),
  build: z.looseObject({ dockerfile_inline: z.string().optional() }).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  network_mode: z.string().optional(),
  depends_on: z.unknown().optional(),
})
const { services } = z
  .looseObject({ services: z.record(z.string(), service) })
  .parse(parse(text('compose.yaml'), { merge: true }))
const settings = services.api!.environment

/** Every image that something is built on or run from, with its tag. */
const bases = [
  ...[...IMAGES.map(text), ...Object.values(services).map(({ build }) => build?.dockerfile_inline ?? '')]
    .flatMap((file) => [...file.matchAll(/^FROM (?:--\S+ )?(\S+)/gm)])
    .map(([, image]) => image!),
  ...Object.values(services).flatMap(({ image }) => image ?? []),
]

test.each(IMAGES)('%s copies files that are there, and runs as it should', (file) => {
  const sources = [...text(file).matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list]) =>
    list!.split(' '),
  )
  expect(sources.length).toBeGreaterThan(2)
  expect(sources.filter((source) => !existsSync(source))).toEqual([])
  const run = [...text(file).matchAll(/\b((?:infra|local|emulators)\/[\w./-]+\.ts)\b/g)].map(
    ([, path]) => path!,
  )
  expect(run.filter((path) => !existsSync(path))).toEqual([])
})

test('every image names its version', () => {
  expect(bases.length).toBeGreaterThan(6)
  expect(bases.filter((image) => !/:[\w.-]*\d[\w.-]*$/.test(image))).toEqual([])
})

test.each([
  ['Dockerfile', /^USER 1654$/m],
  ['Dockerfile.local', /^USER node$/m],
])('%s ends as nobody special', (file, user) => {
  const [, last] = text(file).split(/^FROM .+(?![\s\S]*^FROM )/m)
  expect(last).toMatch(user)
})

test('packages are installed before the sources come, so that a change of those installs nothing', () => {
  for (const file of IMAGES) {
    const lines = text(file).split('\n')
    expect(lines.indexOf('RUN npm ci')).toBeGreaterThan(0)
    expect(lines.indexOf('RUN npm ci')).toBeLessThan(lines.indexOf('COPY . .'))
  }
})

test('nothing secret is sent to a build', () => {
  const ignored = text('.dockerignore').split('\n')
  for (const name of ['.git', '.azure', '.parley', '.env*', 'local.settings.json', '**/node_modules'])
    expect(ignored).toContain(name)
})

test('what the local image exposes is published by the command it names, and passed on', () => {
  const file = text('Dockerfile.local')
  const exposed = /^EXPOSE (.+)$/m.exec(file)![1]!.split(' ')
  const published = [...file.matchAll(/-p 127\.0\.0\.1:(\d+):\1/g)].map(([, port]) => port!)
  expect(exposed).toEqual(['7071', '8080', '10000'])
  expect(published).toEqual(exposed)
  const passedOn = /const PORTS = \[(.+)\]/.exec(text('infra/local/forward.ts'))![1]!.replaceAll('_', '')
  expect(passedOn.split(', ')).toEqual(expect.arrayContaining(exposed))
})

test('the app listens where its image says', () => {
  expect(text('Dockerfile')).toMatch(/ASPNETCORE_URLS=http:\/\/\+:8080 \\$/m)
  expect(text('Dockerfile')).toMatch(/^EXPOSE 8080$/m)
})

test('what is stopped is told so: no shell stands between SIGTERM and what it is for', () => {
  for (const file of IMAGES) expect(text(file)).toMatch(/^(CMD|ENTRYPOINT) \["(?!(\/bin\/)?(ba)?sh")/m)
  expect(text('Dockerfile')).toContain('FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING=true')
})

test('the app starts with the settings that compose gives it', () => {
  const key = { kid: 'k', kty: 'EC', alg: 'ES256', crv: 'P-256', x: 'x', y: 'y', d: 'd' }
  const config = readConfig({ ...settings, SIGNING_KEYS: JSON.stringify({ keys: [key] }) })
  expect(config).toMatchObject({
    database: 'parley',
    hub: 'chat',
    queueEndpoint: 'http://localhost:10001/devstoreaccount1',
    bots: [{ botId: 'assistant' }],
    gemini: { apiKey: 'local', baseUrl: 'http://localhost:7090' },
  })
})

test('compose sets nothing that nobody reads', () => {
  const config = ['shared/config.ts', 'shared/config-settings.ts'].map(text).join('\n')
  const [, schema] = /const settings = z\.object\(\{\n([\s\S]*?)\n\}\)/.exec(config)!
  const read = [...`${schema}`.matchAll(/^ {2}(\w+):/gm), ...config.matchAll(/environment\.([A-Z_]+)/g)]
  const names = read.map(([, name]) => name!)
  expect(names).toContain('COSMOS_DATABASE')
  const ofTheHost = ['ASPNETCORE_URLS']
  const given = Object.keys(settings).filter((name) => !ofTheHost.includes(name))
  expect(given.length).toBeGreaterThan(8)
  expect(given.filter((name) => !names.includes(name))).toEqual([])
  const provision = text('infra/local/provision.ts')
  const ofProvision = Object.keys(services.provision!.environment)
  expect(ofProvision).toEqual(['Cosmos', 'AzureWebJobsStorage'])
  expect(ofProvision.filter((name) => !provision.includes(`process.env.${name} `))).toEqual([])
})

test('emulators and app meet at the ports they name, and at one address', () => {
  expect(services['web-pubsub']!.build!.dockerfile_inline).toContain('http://0.0.0.0:8088')
  expect(settings.WebPubSub).toContain('Endpoint=http://localhost:8088;')
  const handler = services['web-pubsub']!.environment.WebPubSub__Hubs__chat__EventHandlers__0__UrlTemplate
  expect(handler).toBe('http://localhost:7071/api/events')
  expect(settings.ASPNETCORE_URLS).toBe('http://+:7071')
  const others = Object.entries(services).filter(([name]) => name !== 'web-pubsub')
  expect(others.filter(([, { network_mode: mode }]) => mode !== 'service:web-pubsub')).toEqual([])
  const files = [...text('compose.yaml').matchAll(/\b((?:infra|emulators|local)\/[\w/-]+\.ts)/g)]
  expect(files.filter(([, file]) => !existsSync(file!))).toEqual([])
})

test('the app starts when its containers are made', () => {
  expect(services.api!.depends_on).toEqual({ provision: { condition: 'service_completed_successfully' } })
  expect(services.provision!.depends_on).toEqual(['cosmos', 'storage'])
})

test('what comes to an outer address of the container reaches 127.0.0.1, and the way back', async () => {
  const echo = createServer((socket) => socket.pipe(socket))
  await new Promise<void>((done) => echo.listen(0, '127.0.0.1', done))
  const { port } = echo.address() as AddressInfo
  const door = await forward('127.0.0.2', port)
  const socket = connect(port, '127.0.0.2')
  socket.end('to and fro')
  expect((await socket.setEncoding('utf8').toArray()).join('')).toBe('to and fro')
  await Promise.all([door, echo].map((server) => new Promise((done) => server.close(done))))
})
