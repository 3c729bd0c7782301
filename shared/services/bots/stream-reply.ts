// A model's stream on its way to the sockets: pieces collected for a tenth of a second, a checkpoint every second, and
// an end the moment another attempt has taken the run over.
import type { Run, Usage } from '../../domain/bot.ts'
import type { ModelRequest, Provider } from '../ports.ts'
import { type BotDeps, LEASE_MS, type Lease, tell } from './run-bot.ts'

const DELTA_MS = 100
const CHECKPOINT_MS = 1_000
const SILENCE_MS = 60_000

/**
 * Streams one answer. Returns undefined when the run was taken over meanwhile; moves `lease` along with each checkpoint.
 * @throws whatever the provider throws, or when it is silent for a minute
 */
export async function streamReply(
  deps: BotDeps,
  lease: Lease,
  provider: Provider,
  request: ModelRequest,
): Promise<{ text: string; usage: Usage } | undefined> {
  const abort = new AbortController()
  const started = deps.time.now()
  const usage = { promptTokens: 0, replyTokens: 0, firstTokenMs: 0, totalMs: 0 }
  let text = ''
  let sent = 0
  let sentAt = 0
  let storedAt = started
  let storing = false
  const keepAlive = setInterval(() => void checkpoint().catch(() => undefined), CHECKPOINT_MS * 5)
  let silence = setTimeout(() => abort.abort(), SILENCE_MS)

  async function flush(): Promise<void> {
    if (text.length === sent) return
    const delta = { type: 'run.delta', attempt: lease.run.attempt, index: sent, text: text.slice(sent) }
    sent = text.length
    sentAt = deps.time.now()
    await tell(deps, lease.run, delta)
  }

  /** Aborts the model when the run is no longer ours. One at a time, or we would lose the run to ourselves. */
  async function checkpoint(): Promise<void> {
    if (storing) return
    storing = true
    storedAt = deps.time.now()
    const next: Run = { ...lease.run, text, leaseUntil: storedAt + LEASE_MS }
    const stored = await deps.state.replaceRun(next, lease.etag).finally(() => {
      storing = false
    })
    if (!stored) return abort.abort()
    lease.run = next
    lease.etag = stored.etag
  }

  try {
    for await (const chunk of provider(request, abort.signal)) {
      clearTimeout(silence)
      silence = setTimeout(() => abort.abort(), SILENCE_MS)
      if ('usage' in chunk) Object.assign(usage, chunk.usage)
      else {
        if (text === '') usage.firstTokenMs = deps.time.now() - started
        text += chunk.text
      }
      if (deps.time.now() - sentAt >= DELTA_MS) await flush()
      if (deps.time.now() - storedAt >= CHECKPOINT_MS) await checkpoint()
      if (abort.signal.aborted) return undefined
    }
    await flush()
    return { text, usage: { ...usage, totalMs: deps.time.now() - started } }
  } finally {
    clearInterval(keepAlive)
    clearTimeout(silence)
  }
}
