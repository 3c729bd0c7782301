// A process that dies, or meets another, between a block and what follows from it.
import { directChatId } from '../../../../shared/domain/id.ts'
import { createChat } from '../../../../shared/services/chats/create-chat.ts'
import { applyChanges } from '../../../../shared/services/feed/apply-changes.ts'
import { blockUser, unblockUser } from '../../../../shared/services/users/blocks.ts'
import { type MemoryApp, memoryApp } from '../../../support/memory-app.ts'
import { actorOf, storedPerson as person } from '../../../support/stored-person.ts'
import { thrownBy } from '../../../support/thrown.ts'

const NOW = Date.parse('2026-03-01T10:00:00.000Z')
const [ada, bob] = [actorOf('ada'), actorOf('bob')]
const CHAT = directChatId('ada', 'bob')

const makeApp = (): MemoryApp => memoryApp(NOW, person('ada'), person('bob'))
const openByBob = (app: MemoryApp) => createChat(app, bob, { kind: 'direct', userId: 'ada' })
const adaBlocks = (app: MemoryApp) =>
  app.personal.updateBlocks('ada', () => ({ bob: '2026-03-01T10:00:00.000Z' }))

let sent = 0
const send = (app: MemoryApp, senderId: string) => {
  const clientMessageId = `m${++sent}`
  return app.appender.append(CHAT, {
    type: 'message',
    senderId,
    clientMessageId,
    content: { type: 'text', text: 'hi' },
    dedupeKey: `${senderId}:${clientMessageId}`,
  })
}

test('a block that came while the chat was opened is found by whoever opened it', async () => {
  const app = makeApp()
  const { commit } = app.log
  app.log.commit = async (chatId, batch) => {
    if (batch.chat) await adaBlocks(app)
    return commit(chatId, batch)
  }
  expect((await openByBob(app)).created).toBe(true)
  expect((await thrownBy(() => send(app, 'bob'))).code).toBe('blocked')
  await send(app, 'ada')
})

test('the process that opened the chat died before it looked: the feed looks', async () => {
  const app = makeApp()
  const { commit } = app.log
  app.log.commit = async (chatId, batch) => {
    await adaBlocks(app)
    await commit(chatId, batch)
    throw new Error('killed')
  }
  await expect(openByBob(app)).rejects.toThrow('killed')
  app.log.commit = commit
  const entries = await app.log.readFrom(CHAT, 1, 10)
  await applyChanges(app, CHAT, entries)
  await applyChanges(app, CHAT, entries)
  expect((await thrownBy(() => send(app, 'bob'))).code).toBe('blocked')
})

test('a block whose process died before the chat followed is completed by asking again', async () => {
  const app = makeApp()
  await openByBob(app)
  await adaBlocks(app)
  await blockUser(app, ada, { userId: 'bob' })
  expect((await thrownBy(() => send(app, 'bob'))).code).toBe('blocked')
})

test('a process that dies in the middle of a block leaves none without effect', async () => {
  const app = makeApp()
  await openByBob(app)
  const { commit } = app.log
  const { updateBlocks } = app.personal
  app.personal.updateBlocks = async (userId, change) => {
    await updateBlocks(userId, change)
    app.log.commit = async () => {
      throw new Error('killed')
    }
  }
  await expect(blockUser(app, ada, { userId: 'bob' })).rejects.toThrow('killed')
  app.log.commit = commit
  expect((await thrownBy(() => send(app, 'bob'))).code).toBe('blocked')
})

test('a block that never came to be silences nobody for long', async () => {
  const app = makeApp()
  await openByBob(app)
  const { commit } = app.log
  app.personal.updateBlocks = async () => {
    app.log.commit = async () => {
      throw new Error('killed')
    }
    throw new Error('killed')
  }
  await expect(blockUser(app, ada, { userId: 'bob' })).rejects.toThrow('killed')
  app.log.commit = commit
  expect((await thrownBy(() => send(app, 'bob'))).code).toBe('busy')
  await send(app, 'bob')
})

test('the end of a block whose process died before the chat followed is completed by who writes', async () => {
  const app = makeApp()
  await openByBob(app)
  await blockUser(app, ada, { userId: 'bob' })
  await app.personal.updateBlocks('ada', () => ({}))
  expect((await thrownBy(() => send(app, 'bob'))).code).toBe('busy')
  await send(app, 'bob')
})

test('a block taken back between decision and chat does not silence', async () => {
  const app = makeApp()
  await openByBob(app)
  const { commit } = app.log
  let silenced = 0
  app.log.commit = async (chatId, batch) => {
    // The first comes before the list says so.
    if (batch.members?.[0]?.kind === 'silence' && ++silenced === 2)
      await unblockUser(app, ada, { userId: 'bob' })
    return commit(chatId, batch)
  }
  await blockUser(app, ada, { userId: 'bob' })
  await send(app, 'bob')
})

test('a thousand people are blocked, and no more', async () => {
  const app = makeApp()
  const full = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, i) => [`u${i}`, '2026-03-01T10:00:00.000Z']),
  )
  await app.personal.updateBlocks('ada', () => full)
  expect((await thrownBy(() => blockUser(app, ada, { userId: 'bob' }))).code).toBe('forbidden')
})
