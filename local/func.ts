// `npm run func`: the deployable under Azure Functions Core Tools, against the stack that `npm start -- --no-host` runs.
import { type ChildProcess, spawn } from 'node:child_process'
import { access, constants, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import * as z from 'zod'
import { build } from './build.ts'
import { isLocked } from './lock.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const HOW_TO_INSTALL = `Azure Functions Core Tools ("func") are not installed. Install version 4 in one of these ways:
  npm install -g azure-functions-core-tools@4
  brew tap azure/functions && brew install azure-functions-core-tools@4
  winget install Microsoft.Azure.FunctionsCoreTools
More: https://learn.microsoft.com/azure/azure-functions/functions-run-local
Without them, "npm start" runs the same code in this project's own host.`

async function main(): Promise<number> {
  const { data } = new Command('npm run func --')
    .description('Runs the app under Azure Functions Core Tools.')
    .option('--data <dir>', 'data folder of the running stack', '.parley')
    .parse()
    .opts<{ data: string }>()
  const func = await findOnPath('func')
  if (func === undefined) return fail(HOW_TO_INSTALL)
  if (!(await isLocked(resolve(data)))) {
    return fail('No stack is running. Start the services in another terminal: npm start -- --no-host')
  }
  const settings = z
    .record(z.string(), z.string())
    .parse(JSON.parse(await readFile(join(data, 'app-settings.json'), 'utf8')))
  const dist = join(root, 'dist')
  await build(dist)
  const local = { IsEncrypted: false, Values: settings, Host: { CORS: '*' } }
  await writeFile(join(dist, 'local.settings.json'), JSON.stringify(local, null, 2), { mode: 0o600 })
  const { port } = new URL(settings.ISSUER ?? 'http://127.0.0.1:7071')
  // Ctrl-C reaches both: wait for the child to end in its own time. SIGTERM reaches us alone, or only the npm above us; from
  // before there is a child, or one that comes with its first word would end us and leave it.
  let child: ChildProcess | undefined
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child?.kill())
  // Windows installs a command script, which only a shell can start.
  const started = spawn(func, ['start', '--port', port], {
    cwd: dist,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  child = started
  const parent = process.ppid
  if (process.env.npm_lifecycle_event)
    setInterval(() => process.ppid !== parent && started.kill(), 250).unref()
  return new Promise((done) => started.once('exit', (code) => done(code ?? 1)))
}

async function findOnPath(name: string): Promise<string | undefined> {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe'] : ['']
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const ending of endings) {
      const file = join(folder, name + ending)
      const isThere = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (isThere) return file
    }
  }
  return undefined
}

function fail(text: string): number {
  console.error(text)
  return 1
}

process.exitCode = await main()
