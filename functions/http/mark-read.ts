import { receiptOut } from '../../shared/protocol/answers/things.ts'
import { renderReceipt } from '../../shared/protocol/render.ts'
import { receiptRequest } from '../../shared/protocol/requests/messages.ts'
import { moveReceipt } from '../../shared/services/messages/move-receipt.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const markReadEndpoint = endpoint({
  name: 'receipts.read',
  functionName: 'mark-read',
  method: 'POST',
  route: 'chats/{chatId}/read',
  input: receiptRequest,
  summary: 'Says up to where the asker has read',
  answers: { 200: receiptOut },
  run: async (app, actor, input) =>
    ok(renderReceipt(await moveReceipt(app, actor, { ...input, mark: 'read' }))),
})
