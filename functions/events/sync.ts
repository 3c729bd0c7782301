import { syncOut } from '../../shared/protocol/answers/pages.ts'
import { renderEntry, renderMessage, renderReceipt } from '../../shared/protocol/render.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { syncRequest } from '../../shared/protocol/requests/socket.ts'
import { sync } from '../../shared/services/sync.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

/** A command only: it also moves the socket that asks. */
export const syncEndpoint = endpoint({
  name: 'sync',
  functionName: 'sync',
  input: syncRequest,
  limit: 'syncs',
  summary: 'Brings a client from any past to the present, and its socket into the groups of its chats',
  answers: { 200: syncOut },
  run: async (app, actor, request) => {
    const { chats, ...rest } = await sync(app, actor, request)
    return ok({
      chats: chats.map(({ view, entries, snapshot, receipts, more }) => ({
        chat: renderChat(view),
        ...(entries && { entries: entries.map(renderEntry) }),
        ...(snapshot && { snapshot: snapshot.map((message) => renderMessage(message)) }),
        receipts: receipts.map(renderReceipt),
        more,
      })),
      ...rest,
    })
  },
})
