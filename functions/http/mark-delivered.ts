import { receiptOut } from '../../shared/protocol/answers/things.ts'
import { renderReceipt } from '../../shared/protocol/render.ts'
import { receiptRequest } from '../../shared/protocol/requests/messages.ts'
import { moveReceipt } from '../../shared/services/messages/move-receipt.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const markDeliveredEndpoint = endpoint({
  name: 'receipts.delivered',
  functionName: 'mark-delivered',
  method: 'POST',
  route: 'chats/{chatId}/delivered',
  input: receiptRequest,
  summary: "Says up to where the asker's devices have received",
  answers: { 200: receiptOut },
  run: async (app, actor, input) =>
    ok(renderReceipt(await moveReceipt(app, actor, { ...input, mark: 'delivered' }))),
})
