// Partial updates: the six operations, conditions, and what they refuse.
import type { Container, PatchRequestBody } from '@azure/cosmos'
import { startAccount, startEmulator, statusOf, type TestAccount } from './start.ts'

let account: TestAccount
let container: Container
let next = 0
beforeAll(async () => {
  account = await startAccount()
  container = await account.container()
})
afterAll(() => account[Symbol.asyncDispose]())

/** A new document, patched; the result without its system properties. */
async function patched(document: object, body: PatchRequestBody): Promise<Record<string, unknown>> {
  const id = `${++next}`
  await container.items.create({ id, pk: 'p', ...document })
  const { resource } = await container.item(id, 'p').patch(body)
  const { id: _, pk, ...rest } = resource!
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('_')))
}

test.each<[string, object, object[], object]>([
  ['add sets a property', {}, [{ op: 'add', path: '/a', value: 1 }], { a: 1 }],
  ['add replaces what is there', { a: 1 }, [{ op: 'add', path: '/a', value: { b: 2 } }], { a: { b: 2 } }],
  ['add inserts into an array', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  ['add appends at -', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
  ['set overwrites an element', { a: [1, 3] }, [{ op: 'set', path: '/a/1', value: 2 }], { a: [1, 2] }],
  ['set creates a property', { a: {} }, [{ op: 'set', path: '/a/b', value: null }], { a: { b: null } }],
  [
    'replace changes what exists',
    { a: { b: 1 } },
    [{ op: 'replace', path: '/a/b', value: 2 }],
    { a: { b: 2 } },
  ],
  ['remove takes a property out', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
  ['remove closes the gap in an array', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { a: [1, 3] }],
  ['incr adds', { a: 1 }, [{ op: 'incr', path: '/a', value: -2.5 }], { a: -1.5 }],
  ['incr creates', {}, [{ op: 'incr', path: '/a', value: 4 }], { a: 4 }],
  ['move renames', { a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
  ['move overwrites', { a: 1, b: 2 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 }],
  [
    'operations apply in order',
    {},
    [
      { op: 'add', path: '/a', value: [] },
      { op: 'add', path: '/a/-', value: 1 },
      { op: 'incr', path: '/a/0', value: 1 },
    ],
    { a: [2] },
  ],
  [
    'a name with ~ and / is escaped',
    { 'x/y~': 1 },
    [{ op: 'set', path: '/x~1y~0', value: 2 }],
    { 'x/y~': 2 },
  ],
])('%s', async (_, document, operations, expected) => {
  expect(await patched(document, operations as never)).toEqual(expected)
})

test.each<[string, object[]]>([
  ['replacing nothing', [{ op: 'replace', path: '/none', value: 1 }]],
  ['removing nothing', [{ op: 'remove', path: '/none' }]],
  ['adding below nothing', [{ op: 'add', path: '/none/deeper', value: 1 }]],
  ['an array index beyond the end', [{ op: 'add', path: '/list/5', value: 1 }]],
  ['incrementing a text', [{ op: 'incr', path: '/text', value: 1 }]],
  ['moving from nothing', [{ op: 'move', from: '/none', path: '/x' }]],
  ['moving into itself', [{ op: 'move', from: '/object', path: '/object/inner' }]],
  ['the id', [{ op: 'set', path: '/id', value: 'x' }]],
  ['a system property', [{ op: 'set', path: '/_ts', value: 1 }]],
  ['the partition key', [{ op: 'set', path: '/pk', value: 'x' }]],
  ['an unknown operation', [{ op: 'copy', from: '/text', path: '/x' }]],
  ['a path that is no pointer', [{ op: 'set', path: 'text', value: 1 }]],
  ['eleven operations', Array.from({ length: 11 }, () => ({ op: 'incr', path: '/n', value: 1 }))],
])('400 for %s, and nothing changes', async (_, operations) => {
  const id = `${++next}`
  const before = await container.items.create({ id, pk: 'p', list: [1], text: 't', object: {} })
  expect(await statusOf(container.item(id, 'p').patch(operations as never))).toBe(400)
  expect((await container.item(id, 'p').read()).etag).toBe(before.etag)
})

test('a condition that holds, one that does not, one that is no condition', async () => {
  const operations = [{ op: 'incr' as const, path: '/n', value: 1 }]
  await container.items.create({ id: 'c', pk: 'p', n: 5, tags: ['x'] })
  const patch = (condition: string) => statusOf(container.item('c', 'p').patch({ condition, operations }))
  expect(await patch('FROM c WHERE c.n = 5 AND ARRAY_CONTAINS(c.tags, "x")')).toBe(0)
  expect(await patch('from x where x.n = 5')).toBe(412)
  expect(await patch('FROM c WHERE NOT IS_DEFINED(c.gone)')).toBe(0)
  expect(await patch('WHERE c.n = 5')).toBe(400)
  expect((await container.item('c', 'p').read()).resource?.n).toBe(7)
})

test('an etag is checked, a missing document is 404', async () => {
  const operations = [{ op: 'set' as const, path: '/n', value: 1 }]
  const { etag } = await container.items.create({ id: 'e', pk: 'p' })
  const accessCondition = { type: 'IfMatch', condition: etag }
  const first = await container.item('e', 'p').patch(operations, { accessCondition })
  expect([first.statusCode, first.etag === etag]).toEqual([200, false])
  expect(await statusOf(container.item('e', 'p').patch(operations, { accessCondition }))).toBe(412)
  expect(await statusOf(container.item('none', 'p').patch(operations))).toBe(404)
})

test('a condition may ask for the time, which is that of the clock', async () => {
  await using other = await startEmulator({ clock: () => 1_700_000_000_000 })
  const container = await other.container()
  await container.items.create({ id: '1', pk: 'p', due: 1_700_000_000_000 })
  const operations = [{ op: 'incr' as const, path: '/n', value: 1 }]
  const condition = 'FROM c WHERE c.due = GetCurrentTimestamp()'
  expect(await statusOf(container.item('1', 'p').patch({ condition, operations }))).toBe(0)
})
