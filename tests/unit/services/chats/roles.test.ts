import { START } from '../../../../shared/domain/chat.ts'
import type { Role } from '../../../../shared/domain/entry.ts'
import { keepsOwner, mayChange } from '../../../../shared/services/chats/roles.ts'
import { thrownBy } from '../../../support/thrown.ts'

const member = (userId: string, role: Role) => ({ chatId: 'c', userId, role, joined: START })

test.each<[Role, Role | undefined, Role]>([
  ['owner', 'owner', 'reader'],
  ['owner', undefined, 'owner'],
  ['admin', 'reader', 'member'],
  ['admin', undefined, 'reader'],
])('as %s one makes a member who is %s %s', (mine, theirs, role) => {
  expect(() => mayChange(member('me', mine), theirs && member('x', theirs), role)).not.toThrow()
})

test.each<[Role, Role | undefined, Role]>([
  ['admin', 'owner', 'member'],
  ['admin', 'admin', 'member'],
  ['admin', 'member', 'admin'],
  ['admin', undefined, 'owner'],
  ['member', 'reader', 'member'],
  ['reader', undefined, 'reader'],
])('as %s one does not make a member who is %s %s', async (mine, theirs, role) => {
  const error = await thrownBy(() => mayChange(member('me', mine), theirs && member('x', theirs), role))
  expect(error.code).toBe('forbidden')
})

test('the last owner stays; one of two may go', async () => {
  const [ada, bob] = [member('ada', 'owner'), member('bob', 'owner')]
  expect((await thrownBy(() => keepsOwner([ada], ada))).code).toBe('forbidden')
  expect(() => keepsOwner([ada, bob], ada)).not.toThrow()
})
