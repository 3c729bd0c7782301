import { type Command, Option } from 'commander'
import { LOG_LEVELS, portOption, runUntilStopped } from '../kit/cli.ts'

interface Flags {
  port: number
  queuePort: number
  host: string
  data?: string
}

/** Adds `azurite` to the program. */
export function register(program: Command): void {
  program
    .command('azurite')
    .description("Microsoft's storage emulator from npm: blobs and queues")
    .addOption(portOption(10_000))
    .addOption(portOption(10_001, '--queue-port <n>'))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--log <level>', 'accepted by every emulator; Azurite stays silent').choices(LOG_LEVELS),
    )
    .option('--data <dir>', 'where data is kept (default: in memory)')
    .action((flags: Flags) =>
      runUntilStopped(
        async () => {
          const { startAzurite } = await import('./server.ts')
          const azurite = await startAzurite({
            blobPort: flags.port,
            queuePort: flags.queuePort,
            host: flags.host,
            ...(flags.data !== undefined && { dataDir: flags.data }),
          })
          void azurite.exited.then((code) => process.exit(code))
          return { ...azurite, url: azurite.blobUrl }
        },
        ({ blobUrl, queueUrl, connectionString, pid }) => ({ blobUrl, queueUrl, connectionString, pid }),
      ),
    )
}
