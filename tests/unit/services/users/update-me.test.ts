// A process that dies while a new name is on its way to the direct chats.
import { directChatId } from '../../../../shared/domain/id.ts'
import { createChat } from '../../../../shared/services/chats/create-chat.ts'
import { finishRename, updateMe } from '../../../../shared/services/users/update-me.ts'
import { memoryApp } from '../../../support/memory-app.ts'
import { actorOf, storedPerson as person } from '../../../support/stored-person.ts'

const ada = actorOf('ada')

test('a name that had not reached every chat gets there when its owner is met again', async () => {
  const app = memoryApp(Date.parse('2026-03-01T10:00:00.000Z'), person('ada'), person('bob'))
  await createChat(app, ada, { kind: 'direct', userId: 'bob' })
  const nameForBob = async () => (await app.inbox.read('bob', directChatId('ada', 'bob')))?.peer?.name
  const { renamePeer } = app.inbox
  app.inbox.renamePeer = async () => {
    throw new Error('killed')
  }
  await expect(updateMe(app, ada, { displayName: 'Countess' })).rejects.toThrow('killed')
  app.inbox.renamePeer = renamePeer
  expect(await nameForBob()).toBe('ada')
  await finishRename(app, (await app.users.read('ada'))!)
  expect(await nameForBob()).toBe('Countess')
  expect(await app.users.read('ada')).toEqual({ ...person('ada'), displayName: 'Countess' })
})

test('a name that got there is written once', async () => {
  const app = memoryApp(Date.parse('2026-03-01T10:00:00.000Z'), person('ada'), person('bob'))
  await createChat(app, ada, { kind: 'direct', userId: 'bob' })
  await updateMe(app, ada, { displayName: 'Countess' })
  app.inbox.renamePeer = async () => {
    throw new Error('once more')
  }
  const user = (await app.users.read('ada'))!
  expect(user.nameSpreads).toBeUndefined()
  await finishRename(app, user)
})
