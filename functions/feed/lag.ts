// How far the feed is behind. An alert watches for what this logs (infra/alerts.bicep).
import * as z from 'zod'
import type { Logger } from '../../shared/services/ports.ts'

/** From here on bots answer late, and a lost push stays lost. */
const BEHIND_SECONDS = 30

/** Cosmos DB writes into each document the second of its last change. */
const changed = z.looseObject({ _ts: z.number() })

/** Logs `feed.behind` when the oldest of the documents waited too long to be read. */
export function logLag(logger: Logger, documents: unknown[], nowMs: number): void {
  const times = documents.flatMap((document) => changed.safeParse(document).data?._ts ?? [])
  const seconds = Math.floor(nowMs / 1000) - Math.min(...times)
  if (seconds > BEHIND_SECONDS && times.length > 0) {
    logger('warn', 'feed.behind', { seconds, documents: documents.length })
  }
}
