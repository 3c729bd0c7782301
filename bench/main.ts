// `npm run bench [-- <name> …]`: what docs and README claim, measured on this machine. The emulators alone take
// minutes, with a million documents, and run only by name.
import { cpus, totalmem } from 'node:os'
import { makeTemporaryRoot } from '../local/temporary-root.ts'
import { readConfig } from '../shared/config.ts'
import { benchContention } from './contention.ts'
import { benchCost } from './cost.ts'
import { benchDelivery, benchSeveralHosts } from './delivery.ts'
import { benchEmulators } from './emulators.ts'
import { benchReplies } from './replies.ts'
import { startStack } from './stack.ts'
import { benchBundle, benchStart } from './start.ts'
import { benchThroughput } from './throughput.ts'

const PORTS = 19_300
const wanted = process.argv.slice(2)
const runs = (name: string): boolean => wanted.length === 0 || wanted.includes(name)

makeTemporaryRoot()
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}\n`,
)
if (runs('start')) await benchStart(PORTS)
if (runs('bundle')) await benchBundle()
const needStack = ['delivery', 'hosts', 'replies', 'cost', 'throughput', 'contention'].filter(runs)
if (needStack.length > 0) {
  await using stack = await startStack(PORTS)
  if (runs('cost')) await benchCost(stack)
  if (runs('delivery')) await benchDelivery(stack)
  if (runs('replies')) await benchReplies(stack)
  if (runs('hosts')) await benchSeveralHosts(stack)
  if (runs('throughput')) await benchThroughput(stack, readConfig(stack.settings))
  if (runs('contention')) await benchContention(stack, stack.settings)
}
if (wanted.includes('emulators')) await benchEmulators()
process.exit(0)
