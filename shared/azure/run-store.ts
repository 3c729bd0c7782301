// Runs in the container `state`, whose turn it is, and what lies behind a bot's window in short. All of it goes by itself.
import type { Container } from '@azure/cosmos'
import { isOpen, type Run, type Summary, type Turn } from '../domain/bot.ts'
import type { StateStore } from '../services/ports/state.ts'
import { createItem, deleteItem, insertItem, queryAll, readItem, replaceItem } from './cosmos-items.ts'
import { withoutSystemFields } from './log-documents.ts'

const RUN_TTL_S = 30 * 24 * 3600

export function createRunStore(
  state: Container,
): Pick<
  StateStore,
  | 'readTurn'
  | 'writeTurn'
  | 'listWaitingRuns'
  | 'listLapsedRuns'
  | 'readSummary'
  | 'writeSummary'
  | 'dropSummary'
  | 'createRun'
  | 'readRun'
  | 'replaceRun'
> {
  return {
    async readTurn(chatId) {
      const found = await readItem<Turn & { id: string }>(state, chatId, 'turn')
      return found && { turn: withoutSystemFields(found.item), etag: found.etag }
    },
    async writeTurn(turn, etag) {
      const item = { id: 'turn', ttl: RUN_TTL_S, ...turn }
      if (etag === undefined) return createItem(state, item)
      return (await replaceItem(state, turn.chatId, item, etag)) !== undefined
    },
    async listWaitingRuns(chatId) {
      const text = "SELECT * FROM c WHERE c.runState = 'waiting'"
      const items = await queryAll<Run & { _etag: string }>(state, { partition: chatId, text })
      const runs = items.map((item) => ({ run: toRun(item), etag: item._etag }))
      return runs.sort((a, b) => a.run.promptSeq - b.run.promptSeq)
    },
    async listLapsedRuns(before, limit) {
      const text = `SELECT TOP ${limit} * FROM c WHERE c.runState = @runState AND c.leaseUntil < @before`
      const of = (runState: string) => queryAll<Run>(state, { text, values: { runState, before } })
      // Those that wait for their turn may be many, and must not hide the one that they wait for.
      const [begun, waiting] = await Promise.all([of('streaming'), of('waiting')])
      return [...begun, ...waiting].slice(0, limit).map(toRun)
    },
    async readSummary(chatId) {
      const found = await readItem<Summary>(state, chatId, 'summary')
      return found && { summary: toSummary(found.item), etag: found.etag }
    },
    async writeSummary(summary, etag) {
      const item = { id: 'summary', ttl: RUN_TTL_S, ...summary }
      if (etag === undefined) return createItem(state, item)
      return (await replaceItem(state, summary.chatId, item, etag)) !== undefined
    },
    async dropSummary(chatId, seq = 0) {
      const found = await readItem<Summary>(state, chatId, 'summary')
      if (found && seq <= found.item.through) await deleteItem(state, chatId, 'summary')
    },
    async createRun(run) {
      const item = runDocument(run)
      const etag = await insertItem(state, item)
      if (etag !== undefined) return { run, etag, created: true }
      const found = await readItem<Run>(state, run.chatId, item.id)
      if (!found) throw new Error(`The run ${run.runId} vanished.`)
      return { run: toRun(found.item), etag: found.etag, created: false }
    },
    async readRun(chatId, runId) {
      const found = await readItem<Run>(state, chatId, `run:${runId}`)
      return found && { run: toRun(found.item), etag: found.etag }
    },
    async replaceRun(run, etag) {
      const next = await replaceItem(state, run.chatId, runDocument(run), etag)
      return next === undefined ? undefined : { etag: next }
    },
  }
}

/** Open runs are looked for by `runState`, which an ended one has no more: the index holds only what is under way. */
const runDocument = (run: Run) => ({
  id: `run:${run.runId}`,
  ttl: RUN_TTL_S,
  ...run,
  ...(isOpen(run) && { runState: run.state }),
})

function toRun(item: Run): Run {
  const {
    runState: _,
    ttl: __,
    ...run
  } = withoutSystemFields(item) as Run & { runState?: string; ttl?: number }
  return run
}

const toSummary = ({ chatId, text, from, through }: Summary): Summary => ({ chatId, text, from, through })
