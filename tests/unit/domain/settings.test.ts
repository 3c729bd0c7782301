import { changedSettings, DEFAULT_SETTINGS } from '../../../shared/domain/settings.ts'
import { folded, isListed } from '../../../shared/domain/user.ts'

test('what is not named stays; null takes away', () => {
  const now = { ...DEFAULT_SETTINGS, language: 'de', custom: { a: 1, b: { deep: null } } }
  expect(changedSettings(now, { notifications: { sounds: false }, custom: { a: null, c: 2 } })).toEqual({
    language: 'de',
    theme: 'system',
    notifications: { messages: true, mentions: true, sounds: false },
    presence: 'everyone',
    custom: { b: { deep: null }, c: 2 },
  })
  expect(changedSettings(now, { language: null, custom: { a: null, b: null } })).toEqual(DEFAULT_SETTINGS)
  expect(DEFAULT_SETTINGS.custom).toEqual({})
})

test.each([
  ['Élodie', 'elodie'],
  ['STRASSE', 'strasse'],
  ['Straße', 'strasse'],
  ['  Ｊörg ', 'jorg'],
  ['İpek', 'ipek'],
  ['Łukasz', 'łukasz'],
])('%s is looked for as %s', (name, expected) => {
  expect(folded(name)).toBe(expected)
})

test('parents are found only if they want to be, others unless they do not', () => {
  const parent = { type: 'parent', childrenCount: 1 } as const
  expect([isListed({ profile: parent }), isListed({ profile: parent, listed: true })]).toEqual([false, true])
  const member = { type: 'member' } as const
  expect([isListed({ profile: member }), isListed({ profile: member, listed: false })]).toEqual([true, false])
})
