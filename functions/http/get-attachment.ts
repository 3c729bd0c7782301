import { linkOut } from '../../shared/protocol/answers/attachments.ts'
import { getAttachmentRequest } from '../../shared/protocol/requests/attachments.ts'
import { openAttachment } from '../../shared/services/media/read-attachments.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const getAttachmentEndpoint = endpoint({
  name: 'attachments.get',
  functionName: 'get-attachment',
  method: 'GET',
  route: 'chats/{chatId}/attachments/{attachmentId}',
  command: false,
  summary: 'Leads to the bytes of an attachment: 302, or with redirect=false 200 and the address',
  input: getAttachmentRequest,
  answers: { 302: null, 200: linkOut },
  run: async (app, actor, ask) => {
    const link = await openAttachment(app, actor, ask)
    return ask.redirect ? { status: 302, headers: { location: link.url } } : ok(link)
  },
})
