import * as z from 'zod'
import { checkSize, parseInput, parseJsonObject } from '../../../shared/protocol/parse.ts'
import { thrownBy } from '../../support/thrown.ts'

const schema = z.strictObject({
  name: z.string(),
  inner: z.strictObject({ count: z.int() }).optional(),
  list: z.array(z.string()).optional(),
})

test('what fits comes out as it is', () => {
  expect(parseInput(schema, { name: 'a', inner: { count: 1 } })).toEqual({ name: 'a', inner: { count: 1 } })
})

test('every fault is named by its path', async () => {
  const error = await thrownBy(() => parseInput(schema, { inner: { count: 'x' }, list: ['a', 2] }))
  expect(error.code).toBe('invalid-request')
  expect(error.errors!.map(({ path }) => path)).toEqual(['name', 'inner.count', 'list.1'])
})

test('every unknown field is named, at any depth', async () => {
  const error = await thrownBy(() =>
    parseInput(schema, { name: 'a', colour: 'red', size: 2, inner: { count: 1, depth: 2 } }),
  )
  expect(error.errors).toEqual([
    { path: 'inner.depth', message: 'is not a known field' },
    { path: 'colour', message: 'is not a known field' },
    { path: 'size', message: 'is not a known field' },
  ])
})

test('a field called __proto__ is an unknown field, not a prototype', async () => {
  const input = parseJsonObject('{"name":"a","__proto__":{"name":"b"}}')
  const error = await thrownBy(() => parseInput(schema, input))
  expect(error.errors).toEqual([{ path: '__proto__', message: 'is not a known field' }])
})

test.each([[null], [undefined], ['text'], [7], [['a']]])('%p is no request', async (input) => {
  const error = await thrownBy(() => parseInput(schema, input))
  expect(error.code).toBe('invalid-request')
  expect(error.errors).toMatchObject([{ path: '' }])
  expect(error.detail).toMatch(/^The request: /)
})

test('the detail names the first fault', async () => {
  const error = await thrownBy(() => parseInput(schema, { name: 'a', colour: 'red' }))
  expect(error.detail).toBe('colour: is not a known field')
})

test('a JSON object is parsed', () => {
  expect(parseJsonObject(' {"a":[1,"é"]} ')).toEqual({ a: [1, 'é'] })
})

test.each(['', '{', '{"a":1}}', "{'a':1}", '{"a":undefined}', '\uFEFF{}'])('%p is not JSON', async (text) => {
  const error = await thrownBy(() => parseJsonObject(text))
  expect(error).toMatchObject({ code: 'invalid-request', detail: 'The body is not JSON.' })
})

test.each(['[]', 'null', '"text"', '7', 'true'])('%s is JSON and no object', async (text) => {
  const error = await thrownBy(() => parseJsonObject(text))
  expect(error).toMatchObject({ code: 'invalid-request', detail: 'The body is not a JSON object.' })
})

test('64 KiB pass, one byte more does not; bytes count, not characters', async () => {
  expect(() => checkSize('x'.repeat(65_536))).not.toThrow()
  expect((await thrownBy(() => checkSize('x'.repeat(65_537)))).code).toBe('too-large')
  expect(() => checkSize('€'.repeat(21_845))).not.toThrow()
  expect((await thrownBy(() => checkSize('€'.repeat(21_846)))).code).toBe('too-large')
})
