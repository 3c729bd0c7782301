import { InvocationContext } from '@azure/functions'
import { runCommand } from '../../functions/events/command.ts'
import { loadEndpoints } from '../support/endpoints.ts'
import { ada, seededApp } from './seeded.ts'
const D = 'dDVwTltEwXZS9Thf5L5g3FT', G = 'cHLoHbB2jYpd0A6NZS6sA3k'
test('probe', async () => {
  const endpoints = await loadEndpoints()
  const commands = new Map(endpoints.filter((e) => e.command).map((e) => [e.name, e]))
  const context = new InvocationContext({ functionName: 'web-pubsub-events', invocationId: 'trace-1' })
  const all = [
    { id: '1', type: 'me.get' },
    { id: '1', type: 'users.get', userId: 'bob' },
    { id: '1', type: 'chats.list' },
    { id: '1', type: 'chats.get', chatId: G },
    { id: '1', type: 'chats.create', kind: 'direct', userId: 'cy' },
    { id: '1', type: 'chats.create', kind: 'group', name: 'Go', clientRequestId: 'go' },
    { id: '1', type: 'members.list', chatId: G },
    { id: '1', type: 'members.set', chatId: G, userId: 'cy', role: 'reader' },
    { id: '1', type: 'members.remove', chatId: G, userId: 'bob' },
    { id: '1', type: 'messages.send', chatId: D, clientMessageId: 'm2', content: { type: 'text', text: 'hi' }, replyTo: 4, lastSeq: 4 },
    { id: '1', type: 'messages.list', chatId: D },
    { id: '1', type: 'log.read', chatId: D, after: 2 },
    { id: '1', type: 'receipts.read', chatId: D, seq: 4 },
    { id: '1', type: 'receipts.delivered', chatId: D, seq: 4 },
    { id: '1', type: 'receipts.list', chatId: D },
    { id: '1', type: 'bots.list' },
    { id: '1', type: 'sync', chats: { [D]: 3, [G]: 3, gone: 7 } },
    { id: '1', type: 'sync' },
    { id: '1', type: 'runs.get', chatId: D, runId: 'r1' },
    { id: '1', type: 'messages.send', chatId: 'nope', clientMessageId: 'm2', content: { type: 'text', text: 'hi' } },
    { id: '1', type: 'messages.send', chatId: D, clientMessageId: 'm2', content: { type: 'text', text: '' } },
    { id: '1', type: 'nope' },
  ]
  for (const c of all) {
    const app = await seededApp()
    console.log(JSON.stringify(c), '\n', JSON.stringify(await runCommand(app, commands, ada, JSON.stringify(c), context)), '\n', JSON.stringify(app.push.calls))
    await app.deliverer.idle()
  }
})
