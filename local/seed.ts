// `npm run seed`: fills a running stack with the demo or, with a size, with as much as a benchmark needs.
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError } from 'commander'
import { createApp } from '../shared/app.ts'
import { readConfig } from '../shared/config.ts'
import { seedBulk } from './seed/bulk.ts'
import { seedDemo } from './seed/demo.ts'

const count = (value: string): number => {
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= 100_000_000) return number
  throw new InvalidArgumentError('It is a whole number from 1.')
}

const program = new Command('npm run seed --')
  .description('Fills the stack that npm start runs. Seeding twice changes nothing.')
  .option('--api <url>', 'where the demo is made', 'http://127.0.0.1:7071/api')
  .option('--data <dir>', 'the data folder of the running stack', '.parley')
  .option('--chats <count>', 'instead of the demo: so many chats', count)
  .option('--messages <count>', '… with so many messages in all, most in a few of them', count)
  .option('--people <count>', '… by so many people', count, 50)
  .parse()
const { api, data, chats, messages, people } = program.opts<{
  api: string
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
  await seedDemo(api)
  process.stdout.write('The demo is there.\n')
}

async function bulk(size: { people: number; chats: number; messages: number }): Promise<void> {
  const file = join(resolve(data), 'app-settings.json')
  const settings = await readFile(file, 'utf8').catch(() => {
    throw new Error(`There is no ${file}: start the stack first, or name its data folder with --data.`)
  })
  const app = createApp(readConfig(JSON.parse(settings)), () => undefined)
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
