// How far the feed is behind: a gauge for dashboards, and a line that an alert watches for (infra/alerts.bicep).
import * as z from 'zod'
import type { Gauges } from '../../shared/services/gauges.ts'
import type { Logger } from '../../shared/services/ports/world.ts'

/** From here on bots answer late, and a lost push stays lost. */
const BEHIND_SECONDS = 30

/** Cosmos DB writes into each document the second of its last change. */
const changed = z.looseObject({ _ts: z.number() })

/** Notes how long the oldest of the documents waited to be read, and logs `feed.behind` when that was too long. */
export function logLag(
  { logger, gauges }: { logger: Logger; gauges: Gauges },
  documents: unknown[],
  nowMs: number,
): void {
  const times = documents.flatMap((document) => changed.safeParse(document).data?._ts ?? [])
  const seconds = Math.floor(nowMs / 1000) - Math.min(...times)
  if (times.length === 0) return
  gauges('feed.lag', Math.max(0, seconds))
  if (seconds > BEHIND_SECONDS) {
    logger('warn', 'feed.behind', { seconds, documents: documents.length })
  }
}
