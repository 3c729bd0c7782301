// What keeps a host from starting, the single-file bundle, and a clean end.
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { spawnFunctionsHost } from '../spawn.ts'

const apps = fileURLToPath(new URL('./apps', import.meta.url))

test('an app that throws, registers nothing or has no entry is refused with the name of the file', async () => {
  const start = (app: string) => spawnFunctionsHost({ app: join(apps, app) })
  await expect(start('broken/throws')).rejects.toThrow(
    /broken\/throws\/main\.ts failed: Error: this app does not load/,
  )
  await expect(start('broken/empty')).rejects.toThrow(
    /registered no function: nothing in .*broken\/empty\/main\.ts/,
  )
  await expect(start('nowhere')).rejects.toThrow(/nowhere\/host\.json cannot be read/)
  const folder = await mkdtemp(join(tmpdir(), 'functions-host-'))
  await writeFile(
    join(folder, 'host.json'),
    '{ "version": "2.0", "extensions": { "queues": { "batchSize": 99 } } }',
  )
  await expect(spawnFunctionsHost({ app: folder })).rejects.toThrow(/host\.json is not valid(.|\n)*batchSize/)
})

test('a taken port is said', async () => {
  await using first = await spawnFunctionsHost({ app: join(apps, 'http-stream') })
  await expect(spawnFunctionsHost({ app: join(apps, 'http-stream'), port: first.port })).rejects.toThrow(
    `Port ${first.port} is taken: the functions host cannot listen on it.`,
  )
})

test.each(['cjs', 'esm'] as const)(
  'a single-file %s bundle with the core module left outside',
  async (format) => {
    const folder = await mkdtemp(join(tmpdir(), 'functions-host-'))
    await build({
      entryPoints: [join(apps, 'http-stream/main.ts')],
      outfile: join(folder, 'main.js'),
      bundle: true,
      minify: true,
      platform: 'node',
      format,
      external: ['@azure/functions-core'],
      ...(format === 'esm' && {
        banner: {
          js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        },
      }),
    })
    await writeFile(join(folder, 'host.json'), '{ "version": "2.0" }')
    const type = format === 'esm' ? 'module' : 'commonjs'
    await writeFile(join(folder, 'package.json'), JSON.stringify({ main: 'main.js', type }))
    await using host = await spawnFunctionsHost({ app: folder })
    const response = await fetch(`${host.url}/api/hello`)
    expect(await response.json()).toEqual({ hello: 'world' })
  },
)

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the host with code 0 after its terminate hooks',
  async (signal) => {
    await using host = await spawnFunctionsHost({ app: join(apps, 'http-buffered'), log: 'info' })
    expect(await host.kill(signal)).toEqual({ code: 0, signal: null })
    expect(host.logs()).toContain('app terminated')
  },
)
