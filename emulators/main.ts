// `npm run emulator -- <name> …`: loads only the emulator that is asked for, so that each starts fast and stays small.
import { Command } from 'commander'

const EMULATORS = {
  cosmos: () => import('./cosmos/cli.ts'),
  'web-pubsub': () => import('./web-pubsub/cli.ts'),
  'functions-host': () => import('./functions-host/cli.ts'),
  ai: () => import('./ai/cli.ts'),
  azurite: () => import('./azurite/cli.ts'),
  'key-vault': () => import('./key-vault/cli.ts'),
}

const name = process.argv[2]
const program = new Command('emulator').description('Runs one emulator on this machine.')
if (name !== undefined && Object.hasOwn(EMULATORS, name)) {
  const { register } = await EMULATORS[name as keyof typeof EMULATORS]()
  register(program)
} else {
  program.addHelpText(
    'after',
    `\nEmulators: ${Object.keys(EMULATORS).join(', ')}\nHelp for one: <name> --help`,
  )
  program.argument('<name>', 'which emulator').action((unknown: string) => {
    program.error(`There is no emulator "${unknown}". There are: ${Object.keys(EMULATORS).join(', ')}.`)
  })
}
await program.parseAsync()
