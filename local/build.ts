// `npm run build`: what is deployed, and what the local stack runs. One CommonJS file, host.json and a package.json
// without dependencies: no node_modules in the zip, a quarter of the cold start.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as z from 'zod'
import { withoutSideEffects } from './side-effects.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const ABSENT = join(root, 'local/absent.ts')
const packageFile = z.object({ name: z.string(), version: z.string() })

/** Bundles functions/main.ts into `outDir`. @throws Error of esbuild */
export async function build(outDir: string): Promise<void> {
  const { build: bundle, stop } = await import('esbuild')
  await mkdir(outDir, { recursive: true })
  const { name, version } = packageFile.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const manifest = { name, version, main: 'main.cjs', engines: { node: '>=24' } }
  await Promise.all([
    bundle({
      entryPoints: [join(root, 'functions/main.ts')],
      outfile: join(outDir, 'main.cjs'),
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      minify: true,
      sourcemap: 'external',
      logLevel: 'error',
      plugins: [withoutSideEffects],
      alias: { ajv: ABSENT, 'ajv-formats': ABSENT },
      // The worker itself answers `require` for this name.
      external: ['@azure/functions-core'],
      // A dependency that builds a require from its own URL would fail in CommonJS.
      define: { 'import.meta.url': 'moduleUrl' },
      banner: { js: "const moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
    }),
    copyFile(join(root, 'host.json'), join(outDir, 'host.json')),
    writeFile(join(outDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`),
  ])
  await stop()
}

/** Milliseconds to load a bundle in a fresh process, without a host around it: the best of three. */
export async function measureLoad(file: string): Promise<number> {
  const script = `const t=performance.now();require(${JSON.stringify(file)});process.stdout.write(String(performance.now()-t));process.exit()`
  const times: number[] = []
  for (let run = 0; run < 3; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script])
    times.push(Number(/[\d.]+$/.exec(stdout)?.[0]))
  }
  return Math.round(Math.min(...times))
}

if (import.meta.main) {
  const outDir = join(root, 'dist')
  await build(outDir)
  const file = join(outDir, 'main.cjs')
  const { size } = await stat(file)
  console.log(
    `${relative(process.cwd(), file)}  ${(size / 1e6).toFixed(2)} MB, loads in ${await measureLoad(file)} ms`,
  )
}
