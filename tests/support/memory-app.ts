// The product with its ports in memory: composition, use cases, endpoints and renderers are the real ones.
import { type App, createApp } from '../../shared/app.ts'
import { readConfig } from '../../shared/config.ts'
import type { Entry, StoredEntry } from '../../shared/domain/entry.ts'
import { entriesFrames } from '../../shared/protocol/frames.ts'
import { createRevocations } from '../../shared/services/auth/revocations.ts'
import { createAppender } from '../../shared/services/log/append.ts'
import { createDeliverer } from '../../shared/services/log/deliver.ts'
import { forEverybody, withTargets } from '../../shared/services/log/with-targets.ts'
import { explainRefusal } from '../../shared/services/messages/explain-refusal.ts'
import type { StoredUser } from '../../shared/services/ports/users.ts'
import { type FixedTime, fixedTime } from './fixed-time.ts'
import { type MemoryMedia, memoryAttachments, memoryMedia } from './memory-attachments.ts'
import { memoryInbox } from './memory-inbox.ts'
import { memoryLog } from './memory-log.ts'
import { memoryPersonal, memoryReports } from './memory-personal.ts'
import { memorySessions } from './memory-sessions.ts'
import { memoryState } from './memory-state.ts'
import { memoryUsers } from './memory-users.ts'
import { type RecordedPush, recordedPush } from './recorded-push.ts'

const key = { kid: 'k1', kty: 'EC', alg: 'ES256', crv: 'P-256' }
const config = readConfig({
  Cosmos: 'AccountEndpoint=http://localhost:1/;AccountKey=bm9uZQ==;',
  WebPubSub: 'Endpoint=http://localhost;Port=1;AccessKey=bm9uZQ==;Version=1.0;',
  SIGNING_KEYS: JSON.stringify({
    keys: [
      {
        ...key,
        x: 'Jqi-LhNwWyU0kHJC5vdI09t6NfRw64Bnl48Rgj_0zbU',
        y: 'Mk9VYKMNttUpa-2V3BkY8WV4qMrCBgLJSgFELRvczTI',
        d: 'never signs here',
      },
    ],
  }),
  BOTS: '[{"botId":"assistant","displayName":"Assistant","provider":"gemini","model":"gemini-test"}]',
})

export interface MemoryApp extends App {
  time: FixedTime
  push: RecordedPush
  media: MemoryMedia
}

/** An app of these people at this instant. Ids count up: `id1`, `id2`, … */
export function memoryApp(now: number, ...people: StoredUser[]): MemoryApp {
  const base = createApp(config, () => undefined)
  // Only what is never called is left of it: no connection is ever made.
  base.cosmos.client.dispose()
  const time = fixedTime(now)
  const [log, state, sessions, push] = [memoryLog(), memoryState(), memorySessions(), recordedPush()]
  const sight = {
    shown: (chatId: string, entries: StoredEntry[]) => withTargets(log, chatId, entries),
    forEverybody: (chatId: string, entries: Entry[]) => forEverybody(log, chatId, entries),
  }
  const personal = memoryPersonal()
  const inbox = memoryInbox()
  const { logger } = base
  const deliverer = createDeliverer({ log, state, push, time, logger, frames: entriesFrames, ...sight })
  const published = new WeakMap<StoredEntry, Promise<void>>()
  const logDeps = {
    log,
    time,
    processId: 'p1',
    random: () => 0,
    explainRefusal: (chatId: string, userId: string) =>
      explainRefusal({ log, inbox, personal, time }, chatId, userId),
    onCommitted(chatId: string, entries: StoredEntry[]) {
      const done = deliverer.publish(chatId, entries)
      for (const entry of entries) published.set(entry, done)
    },
  }
  let ids = 0
  return {
    ...base,
    ...logDeps,
    state,
    sessions,
    push,
    deliverer,
    published,
    attachments: memoryAttachments(),
    media: memoryMedia(time.now),
    inbox,
    users: memoryUsers(...people),
    personal,
    reports: memoryReports(),
    appender: createAppender(logDeps),
    revocations: createRevocations(sessions, time),
    newId: () => `id${++ids}`,
  }
}
