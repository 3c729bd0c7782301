import { renderReceipt } from '../../shared/protocol/render.ts'
import { chatRequest } from '../../shared/protocol/requests.ts'
import { listReceipts } from '../../shared/services/messages/move-receipt.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listReceiptsEndpoint = endpoint({
  name: 'receipts.list',
  functionName: 'list-receipts',
  method: 'GET',
  route: 'chats/{chatId}/receipts',
  input: chatRequest,
  run: async (app, actor, { chatId }) => {
    const receipts = await listReceipts(app, actor, chatId)
    return ok({ receipts: receipts.map(renderReceipt) })
  },
})
