// `npm run reset`: forgets everything the local stack has stored. Refuses while a stack runs on it.
import { readdir, rm } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { Command } from 'commander'
import { isLocked } from './lock.ts'

const { data } = new Command('npm run reset --')
  .description('Clears the data folder of the local stack.')
  .option('--data <dir>', 'the folder', '.parley')
  .parse()
  .opts<{ data: string }>()

const folder = resolve(data)
const names = await readdir(folder).catch((): string[] => [])
if (await isLocked(folder)) {
  fail(`A stack is running on ${folder}: stop it first.`)
} else if (names.length > 0 && !names.includes('signing-keys.json')) {
  fail(`${folder} is no data folder of a local stack: nothing is deleted.`)
} else {
  await rm(folder, { recursive: true, force: true })
  console.log(`Cleared ${relative(process.cwd(), folder) || folder}.`)
}

function fail(text: string): void {
  console.error(text)
  process.exitCode = 1
}
