// Kills the emulator in the middle of writing, again and again on the same data, and looks for what is missing.
// `node emulators/cosmos/tests/kill-rounds.ts --rounds 100`
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Container } from '@azure/cosmos'
import { build } from 'esbuild'
import { EMULATOR_KEY } from '../wire/auth.ts'
import { newClient } from './start.ts'

export const COMMAND = join(import.meta.dirname, '../../main.ts')

export const spawnEmulator = (...flags: string[]) => startCommand(COMMAND, flags)

async function startCommand(
  file: string,
  flags: string[],
  env: Record<string, string> = {},
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [file, 'cosmos', '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  return { child, url: (JSON.parse(line.toString('utf8')) as { url: string }).url }
}

/** The same command in one file, compiled once: it is up in a quarter of the time, which is most of a round. */
async function bundleCommand(dir: string): Promise<string> {
  const file = join(dir, 'cosmos.mjs')
  await build({
    stdin: {
      contents:
        "import { program } from 'commander'; import { register } from './cli.ts'; register(program); program.parse()",
      resolveDir: join(import.meta.dirname, '..'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    outfile: file,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
  })
  return file
}

export async function openLog(url: string): Promise<{ container: Container; dispose(): void }> {
  const client = newClient(url, EMULATOR_KEY)
  const { database } = await client.databases.createIfNotExists({ id: 'db' })
  const { container } = await database.containers.createIfNotExists({
    id: 'log',
    partitionKey: { paths: ['/pk'], version: 2 },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/dedupe'] }] },
  })
  return { container, dispose: () => client.dispose() }
}

export interface KillReport {
  acknowledged: number
  /** Batches that were acknowledged and are not there. */
  missing: string[]
  /** Batches of which only some of the three documents are there. */
  torn: string[]
}

/** Every round starts the emulator, writes batches from four sides, kills it after some and starts over. */
export async function killRounds(dataDir: string, rounds: number): Promise<KillReport> {
  const acknowledged = new Set<string>()
  const commandDir = await mkdtemp(join(tmpdir(), 'cosmos-command-'))
  const command = await bundleCommand(commandDir)
  const start = () =>
    startCommand(command, ['--data', dataDir], { NODE_COMPILE_CACHE: join(commandDir, 'compiled') })
  for (let round = 0; round < rounds; round++) {
    const { child, url } = await start()
    const { container, dispose } = await openLog(url)
    const exited = once(child, 'exit')
    // Other moments each time, the same in every run.
    const kill = 8 + ((round * 7) % 23)
    let committed = 0
    const writer = async (name: string) => {
      for (let i = 0; ; i++) {
        const batch = `${round}-${name}-${i}`
        const operations = [1, 2, 3].map((part) => ({
          operationType: 'Create' as const,
          resourceBody: { id: `${batch}-${part}`, pk: 'p', dedupe: `${batch}-${part}`, batch },
        }))
        const { code } = await container.items.batch(operations, 'p')
        if (code === 200) acknowledged.add(batch)
        if (++committed === kill) child.kill('SIGKILL')
      }
    }
    await Promise.allSettled(['a', 'b', 'c', 'd'].map(writer))
    await exited
    dispose()
  }
  const { child, url } = await start()
  const { container, dispose } = await openLog(url)
  const grouped = 'SELECT c.batch, COUNT(1) AS parts FROM c GROUP BY c.batch'
  const { resources } = await container.items
    .query<{ batch: string; parts: number }>(grouped, { partitionKey: 'p', maxItemCount: -1 })
    .fetchAll()
  dispose()
  child.kill('SIGTERM')
  await once(child, 'exit')
  await rm(commandDir, { recursive: true })
  const found = new Set(resources.map(({ batch }) => batch))
  return {
    acknowledged: acknowledged.size,
    missing: [...acknowledged].filter((batch) => !found.has(batch)),
    torn: resources.filter(({ parts }) => parts !== 3).map(({ batch }) => batch),
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '100' } } })
  const dataDir = await mkdtemp(join(tmpdir(), 'cosmos-kill-'))
  const started = performance.now()
  const report = await killRounds(dataDir, Number(values.rounds))
  await rm(dataDir, { recursive: true })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${values.rounds} kills in ${seconds} s:`, report)
  process.exitCode = report.missing.length + report.torn.length === 0 ? 0 : 1
}
