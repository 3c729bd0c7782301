import type { AttachmentLimits } from '../../domain/attachment.ts'
import type {
  AttachmentStore,
  InboxStore,
  Logger,
  LogStore,
  MediaStore,
  PersonalStore,
  StateStore,
  Time,
} from '../ports.ts'

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
