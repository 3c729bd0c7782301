// `npm run reset`: forgets everything the local stack has stored. Refuses while a stack runs on it.
import { rm } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { Command } from 'commander'
import { isLocked } from './lock.ts'

const { data } = new Command('npm run reset --')
  .description('Clears the data folder of the local stack.')
  .option('--data <dir>', 'the folder', '.parley')
  .parse()
  .opts<{ data: string }>()

const folder = resolve(data)
if (await isLocked(folder)) {
  console.error(`A stack is running on ${folder}: stop it first.`)
  process.exitCode = 1
} else {
  await rm(folder, { recursive: true, force: true })
  console.log(`Cleared ${relative(process.cwd(), folder) || folder}.`)
}
