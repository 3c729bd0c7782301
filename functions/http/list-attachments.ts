import { attachmentsOut } from '../../shared/protocol/answers/attachments.ts'
import { renderAttachment } from '../../shared/protocol/render-attachment.ts'
import { listAttachmentsRequest } from '../../shared/protocol/requests/attachments.ts'
import { listAttachments } from '../../shared/services/media/read-attachments.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listAttachmentsEndpoint = endpoint({
  name: 'attachments.list',
  functionName: 'list-attachments',
  method: 'GET',
  route: 'chats/{chatId}/attachments',
  command: false,
  summary: 'The attachments of a chat, newest first',
  input: listAttachmentsRequest,
  answers: { 200: attachmentsOut },
  run: async (app, actor, ask) => {
    const { messages, cursor } = await listAttachments(app, actor, ask)
    return ok({
      attachments: messages.map(renderAttachment),
      ...(cursor !== undefined && { cursor: String(cursor) }),
    })
  },
})
