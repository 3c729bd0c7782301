// The host alone: `node emulators/functions-host/main.ts functions-host --app <dir>`, and what `spawn.ts` starts.
import { program } from 'commander'
import { register } from './cli.ts'

register(program)
await program.parseAsync()
