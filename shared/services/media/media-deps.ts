import type { AttachmentLimits } from '../../domain/attachment.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { AttachmentStore, MediaStore } from '../ports/media.ts'
import type { PersonalStore } from '../ports/personal.ts'
import type { StateStore } from '../ports/state.ts'
import type { Logger, Time } from '../ports/world.ts'

/** What attachments need of the world. */
export interface MediaDeps {
  log: LogStore
  inbox: InboxStore
  state: StateStore
  /** For why somebody may not write. */
  personal: PersonalStore
  attachments: AttachmentStore
  media: MediaStore
  time: Time
  logger: Logger
  attachmentLimits: AttachmentLimits
  newId(): string
}
