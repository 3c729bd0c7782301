// A process that starts Azurite, says so, and waits to be killed.
import { startAzurite } from '../server.ts'

const { queueUrl } = await startAzurite()
process.stdout.write(`${JSON.stringify({ queueUrl })}\n`)
