// Attachments: where they go, what there is, where they are.
import * as z from 'zod'
import { fileFields, idOut, seqOut, timeOut } from './things.ts'

const url = z.string().meta({ format: 'uri', description: 'Good for whoever holds it, until expiresAt' })

export const uploadOut = z
  .object({
    attachmentId: idOut,
    uploadUrl: url,
    headers: z.record(z.string(), z.string()).meta({ description: 'What the PUT must carry' }),
    expiresAt: timeOut,
  })
  .meta({ id: 'Upload' })

export const attachmentOut = z
  .object({
    ...fileFields,
    seq: seqOut.meta({ description: 'Of its message' }),
    senderId: idOut,
    createdAt: timeOut,
  })
  .meta({ id: 'Attachment' })

export const attachmentsOut = z.object({
  attachments: z.array(attachmentOut),
  cursor: z.string().optional().meta({ description: 'Of the next page' }),
})

export const linkOut = z.object({ url, expiresAt: timeOut })
