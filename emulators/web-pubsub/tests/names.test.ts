// The small pure parts: wildcards, names, permissions, settings.
import { eventPatternMatches, isGroupName, isHubName, wildcard } from '../names.ts'
import { isAllowed, permissionsFromRoles, setPermission } from '../permissions.ts'
import { parseHubs } from '../settings.ts'

test.each([
  ['room.*', 'room.a', true],
  ['room.*', 'room.a.b', false],
  ['room.**', 'room.a.b', true],
  ['room.?', 'room.a', true],
  ['room.?', 'room..', false],
  ['*.b', 'a.b', true],
  ['room', 'Room', false],
  ['a+b', 'a+b', true],
  ['a+b', 'aab', false],
  ['room\\*', 'room*', true],
  ['room\\*', 'roomx', false],
])('wildcard %s on %s: %s', (pattern, text, expected) => {
  expect(wildcard(pattern).test(text)).toBe(expected)
})

test.each([
  ['*', 'a.b', true],
  ['a, b', 'B', true],
  ['a,b', 'c', false],
  ['', 'a', false],
  ['room.*', 'room.x', true],
])('event pattern "%s" on %s: %s', (patterns, event, expected) => {
  expect(eventPatternMatches(patterns, event)).toBe(expected)
})

test('names', () => {
  expect(['chat', 'a_b`,.[]', 'c'.repeat(128)].map(isHubName)).toEqual([true, true, true])
  expect(['', '1c', 'c-c', 'c'.repeat(129)].map(isHubName)).toEqual([false, false, false, false])
  expect([isGroupName('g'.repeat(1024)), isGroupName('g'.repeat(1025)), isGroupName('\t ')]).toEqual([
    true,
    false,
    false,
  ])
})

test('a change for one group outranks the roles', () => {
  const permissions = permissionsFromRoles([
    'webpubsub.sendToGroup',
    'webpubsub.joinLeaveGroups.team.*',
    'other',
  ])
  const may = (group: string): boolean => isAllowed(permissions, 'sendToGroup', group)
  expect([may('a'), isAllowed(permissions, 'joinLeaveGroup', 'team.x')]).toEqual([true, true])
  setPermission(permissions, 'sendToGroup', false, 'a')
  expect([may('a'), may('b')]).toEqual([false, true])
  setPermission(permissions, 'sendToGroup', true, 'a')
  setPermission(permissions, 'sendToGroup', false, '*')
  expect([may('a'), may('b'), may('*')]).toEqual([true, true, false])
})

test.each([
  [{ chat: { eventHandlers: [{ urlTemplate: 'ftp://x' }] } }, 'urlTemplate'],
  [{ chat: { eventHandlers: [{ urlTemplate: 'http://x', systemEvents: ['joined'] }] } }, 'systemEvents'],
  [
    { chat: { eventHandlers: [{ urlTemplate: 'http://x', auth: { type: 'ManagedIdentity' } }] } },
    'managedIdentity',
  ],
  [{ chat: { eventListeners: [] } }, 'eventListeners'],
  [{ '1chat': {} }, '1chat'],
])('settings %j are refused, naming %s', (settings, named) => {
  expect(() => parseHubs(settings, false)).toThrow(named)
})
