// Hot reload: the app is replaced when a file changes, behind a port that stays.
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { spawnFunctionsHost } from '../spawn.ts'

const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** A folder with an app of one file; `write` changes what its only function answers. */
async function newApp(code: string) {
  const app = await mkdtemp(join(tmpdir(), 'functions-host-'))
  const write = (source: string) => writeFile(join(app, 'main.ts'), source)
  await symlink(packages, join(app, 'node_modules'))
  await writeFile(join(app, 'host.json'), '{ "version": "2.0" }')
  await writeFile(join(app, 'package.json'), '{ "type": "module", "main": "main.ts" }')
  await write(code)
  return { app, write, [Symbol.asyncDispose]: () => rm(app, { recursive: true }) }
}

const answering = (body: string): string => `
  import { app } from '@azure/functions'
  app.http('say', { handler: async () => ({ body: '${body}' }) })
`

/** A request on a connection of its own. */
const say = (url: string): Promise<[number | undefined, string]> =>
  new Promise((resolve, reject) => {
    get(`${url}/api/say`, { agent: false }, (response) => {
      text(response).then((body) => resolve([response.statusCode, body]), reject)
    }).on('error', reject)
  })

test('a changed file replaces the app; requests that come meanwhile wait for the new one, on the same port', async () => {
  await using files = await newApp(answering('one'))
  await using host = await spawnFunctionsHost({ app: files.app, log: 'info', watch: true })
  expect(host.functions).toEqual(['say'])
  expect(await say(host.url)).toEqual([200, 'one'])
  await files.write(answering('two'))
  await host.logged('app-changed')
  expect(await Promise.all([say(host.url), say(host.url)])).toEqual([
    [200, 'two'],
    [200, 'two'],
  ])
  await writeFile(join(files.app, 'notes.txt'), 'no code')
  await files.write(answering('three'))
  await host.logged('app-changed', 2)
  expect(await say(host.url)).toEqual([200, 'three'])
  expect(host.logs()).not.toContain('notes.txt')
  expect(await host.kill()).toEqual({ code: 0, signal: null })
})

test('an app that is broken is answered 503 with the reason until it is mended', async () => {
  await using files = await newApp(answering('one'))
  await using host = await spawnFunctionsHost({ app: files.app, log: 'info', watch: true })
  await files.write('this is no code')
  await host.logged('app-broken')
  const [status, body] = await say(host.url)
  expect(status).toBe(503)
  expect(body).toMatch(/^The app does not run\.(.|\n)*main\.ts failed/)
  await files.write(answering('mended'))
  await host.logged('app-reloaded')
  expect(await say(host.url)).toEqual([200, 'mended'])
})

test('an app that ends by itself is started again by a change', async () => {
  await using files = await newApp(`${answering('one')}
    app.http('end', { handler: () => process.exit(3) })`)
  await using host = await spawnFunctionsHost({ app: files.app, log: 'info', watch: true })
  await fetch(`${host.url}/api/end`).catch(() => {})
  await host.logged(/app-ended.*"code":3/)
  expect((await say(host.url))[0]).toBe(503)
  await files.write(answering('again'))
  await host.logged('app-reloaded')
  expect(await say(host.url)).toEqual([200, 'again'])
})

test('what does not start at first is refused as without watching', async () => {
  await using files = await newApp('throw new Error("from the beginning")')
  await expect(spawnFunctionsHost({ app: files.app, watch: true })).rejects.toThrow('from the beginning')
})
