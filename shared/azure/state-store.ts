// The `state` container: heads, receipts and runs, hot and mutable, apart from the log's change feed.
import type { Container } from '@azure/cosmos'
import { fewAtATime } from '../domain/few-at-a-time.ts'
import type { StateStore } from '../services/ports/state.ts'
import { deleteItem, queryAll } from './cosmos-items.ts'
import { createHeadStore } from './head-store.ts'
import { createReceiptStore } from './receipt-store.ts'
import { createRunStore } from './run-store.ts'

const DELETES_AT_ONCE = 10

export function createStateStore(state: Container): StateStore {
  return {
    ...createHeadStore(state),
    ...createReceiptStore(state),
    ...createRunStore(state),
    async purge(chatId) {
      const text = "SELECT VALUE c.id FROM c WHERE c.id != 'head' AND NOT STARTSWITH(c.id, 'attachment:')"
      const ids = await queryAll<string>(state, { partition: chatId, text })
      await fewAtATime(ids, DELETES_AT_ONCE, (id) => deleteItem(state, chatId, id))
    },
  }
}
