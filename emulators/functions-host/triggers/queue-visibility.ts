// Keeps a message invisible for as long as its invocation runs. Every renewal changes the pop receipt, and only the newest
// one deletes the message, so whoever ends the message takes the receipt from here after the last renewal has settled.
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue'
import { type Clock, pause } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'

export interface MessageLock {
  /** Stops renewing and resolves to the pop receipt that is valid now. */
  release(): Promise<string>
}

/** The service counts visibility in whole seconds. */
export const lockSeconds = (lockMs: number): number => Math.max(1, Math.round(lockMs / 1000))

export function keepInvisible(
  client: QueueClient,
  message: DequeuedMessageItem,
  lockMs: number,
  clock: Clock,
  log: Log,
): MessageLock {
  let { popReceipt } = message
  const released = new AbortController()
  const renew = async (): Promise<void> => {
    try {
      const renewed = await client.updateMessage(
        message.messageId,
        popReceipt,
        undefined,
        lockSeconds(lockMs),
      )
      popReceipt = renewed.popReceipt ?? popReceipt
      log('debug', 'queue-renewed', { messageId: message.messageId })
    } catch (error) {
      // The next renewal tries again; if the lock runs out meanwhile, the message is delivered a second time.
      log('error', 'queue-renew', { messageId: message.messageId, error: String(error) })
    }
  }
  const renewEver = async (): Promise<void> => {
    for (;;) {
      await pause(clock, lockMs / 2, released.signal)
      if (released.signal.aborted) return
      await renew()
    }
  }
  const renewing = renewEver()
  return {
    async release() {
      released.abort()
      await renewing
      return popReceipt
    },
  }
}
