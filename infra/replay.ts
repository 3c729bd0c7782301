// Sends dead letters again, each to the queue that gave it up: `npm exec -- node infra/replay.ts <queues>`, where <queues> is
// the address of the account's queues or a connection string. `--list` shows them and changes nothing.
import { parseArgs } from 'node:util'
import { type DequeuedMessageItem, type QueueClient, QueueServiceClient } from '@azure/storage-queue'
import * as z from 'zod'
import { operatorCredential } from './hooks/azd.ts'

const deadLetter = z.looseObject({ queue: z.string(), job: z.unknown(), cause: z.string(), at: z.string() })

/** Calls back with each letter, and sends it on unless `keep`. @returns how many there were */
export async function replay(
  service: QueueServiceClient,
  tell: (line: string) => void,
  keep = false,
): Promise<number> {
  const letters = service.getQueueClient('dead-letters')
  const shown: DequeuedMessageItem[] = []
  for await (const letter of receive(letters)) {
    const text = Buffer.from(letter.messageText, 'base64').toString('utf8')
    tell(text)
    shown.push(letter)
    if (keep) continue
    const { queue, job } = deadLetter.parse(JSON.parse(text))
    // Sent twice does no harm, sent not at all does: first the one, then the other.
    const again = typeof job === 'string' ? job : JSON.stringify(job)
    await service.getQueueClient(queue).sendMessage(Buffer.from(again).toString('base64'))
    await letters.deleteMessage(letter.messageId, letter.popReceipt)
  }
  // What is read is hidden, or it would be read without end.
  if (keep)
    for (const { messageId, popReceipt } of shown)
      await letters.updateMessage(messageId, popReceipt, undefined, 0)
  return shown.length
}

const HIDDEN_S = 120

async function* receive(queue: QueueClient) {
  for (;;) {
    const { receivedMessageItems } = await queue.receiveMessages({
      numberOfMessages: 32,
      visibilityTimeout: HIDDEN_S,
    })
    if (receivedMessageItems.length === 0) return
    yield* receivedMessageItems
  }
}

function connect(target: string): QueueServiceClient {
  return target.startsWith('https://')
    ? new QueueServiceClient(target, operatorCredential())
    : QueueServiceClient.fromConnectionString(target)
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { list: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [target] = positionals
  if (target === undefined) throw new Error('usage: npm exec -- node infra/replay.ts <queues> [--list]')
  const count = await replay(connect(target), console.log, values.list)
  console.log(`${count} dead letters ${values.list ? 'lie there' : 'sent again'}.`)
}
