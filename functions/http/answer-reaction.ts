import type { App } from '../../shared/app.ts'
import type { StoredEntry } from '../../shared/domain/entry.ts'
import { renderEntry } from '../../shared/protocol/render.ts'
import { type Answer, noContent, ok } from '../adapter/endpoint.ts'

/** The entry that was written, once it is out; nothing when it was so already. */
export async function answerReaction(app: App, entry: StoredEntry | undefined): Promise<Answer> {
  if (!entry) return noContent
  await app.published.get(entry)
  return ok(renderEntry(entry))
}
