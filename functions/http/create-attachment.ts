import { uploadOut } from '../../shared/protocol/answers/attachments.ts'
import { createAttachmentRequest } from '../../shared/protocol/requests/attachments.ts'
import { createAttachment } from '../../shared/services/media/create-attachment.ts'
import { endpoint } from '../adapter/endpoint.ts'

export const createAttachmentEndpoint = endpoint({
  name: 'attachments.create',
  functionName: 'create-attachment',
  method: 'POST',
  route: 'chats/{chatId}/attachments',
  command: false,
  summary: 'Where to upload an attachment, for a message to name',
  input: createAttachmentRequest,
  answers: { 201: uploadOut, 200: uploadOut },
  run: async (app, actor, ask) => {
    const { created, ...body } = await createAttachment(app, actor, ask)
    return { status: created ? 201 : 200, body }
  },
})
