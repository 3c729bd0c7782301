import { fitting, PAGE_BYTES } from '../../shared/domain/budget.ts'
import { receiptsOut } from '../../shared/protocol/answers/pages.ts'
import { renderReceipt } from '../../shared/protocol/render.ts'
import { chatRequest } from '../../shared/protocol/requests/chats.ts'
import { listReceipts } from '../../shared/services/messages/move-receipt.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listReceiptsEndpoint = endpoint({
  name: 'receipts.list',
  functionName: 'list-receipts',
  method: 'GET',
  route: 'chats/{chatId}/receipts',
  input: chatRequest,
  summary: 'How far everybody has come',
  answers: { 200: receiptsOut },
  run: async (app, actor, { chatId }) => {
    const all = (await listReceipts(app, actor, chatId)).map(renderReceipt)
    const receipts = fitting(all, PAGE_BYTES)
    return ok({ receipts, more: receipts.length < all.length })
  },
})
