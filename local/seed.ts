// `npm run seed`: fills a running stack with the demo or, with a size, with as much as a benchmark needs.
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError } from 'commander'
import * as z from 'zod'
import { createApp } from '../shared/app.ts'
import { readConfig } from '../shared/config.ts'
import { isLocked } from './lock.ts'
import { seedBulk } from './seed/bulk.ts'
import { seedDemo } from './seed/demo.ts'

const count = (value: string): number => {
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= 100_000_000) return number
  throw new InvalidArgumentError('It is a whole number from 1.')
}

const program = new Command('npm run seed --')
  .description('Fills the stack that npm start runs. Seeding twice changes nothing.')
  .option('--api <url>', 'where the demo is made (default: in the running stack)')
  .option('--data <dir>', 'the data folder of the running stack', '.parley')
  .option('--chats <count>', 'instead of the demo: so many chats', count)
  .option('--messages <count>', '… with so many messages in all, most in a few of them', count)
  .option('--people <count>', '… by so many people', count, 50)
  .parse()
const { api, data, chats, messages, people } = program.opts<{
  api?: string
  data: string
  chats?: number
  messages?: number
  people: number
}>()

try {
  if (chats === undefined && messages === undefined) await demo()
  else await bulk({ people, chats: chats ?? 1, messages: messages ?? 0 })
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
process.exit(0)

async function demo(): Promise<void> {
  const url = api ?? z.string().parse((await settingsOfStack()).ISSUER)
  await seedDemo(url).catch((error: unknown) => {
    // So says `fetch` of an address that nobody listens at.
    throw error instanceof TypeError && error.message === 'fetch failed'
      ? new Error(`Nobody answers at ${url}.`)
      : error
  })
  process.stdout.write('The demo is there.\n')
}

async function bulk(size: { people: number; chats: number; messages: number }): Promise<void> {
  const app = createApp(readConfig(await settingsOfStack()), () => undefined)
  const bar = new SingleBar({
    format: '{bar} {percentage} % {value}/{total} messages, {eta_formatted} to go',
    hideCursor: true,
  })
  bar.start(size.messages, 0)
  let done = 0
  await seedBulk(app, size, (there) => {
    done = there
    bar.update(there)
  })
  bar.update(done)
  bar.stop()
}

/** @throws Error when no stack runs on the data folder */
async function settingsOfStack(): Promise<Record<string, string>> {
  const folder = resolve(data)
  if (!(await isLocked(folder)))
    throw new Error(`No stack is running on ${folder}. Start one, or name its data folder with --data.`)
  const file = await readFile(join(folder, 'app-settings.json'), 'utf8')
  return z.record(z.string(), z.string()).parse(JSON.parse(file))
}
