import { chunksOf, fitting, jsonBytes, PAGE_BYTES, textBytes } from '../../../shared/domain/budget.ts'

test('sizes are counted in UTF-8, not in characters', () => {
  expect(textBytes('abc')).toBe(3)
  expect(textBytes('é')).toBe(2)
  expect(textBytes('€')).toBe(3)
  expect(textBytes('😀')).toBe(4)
  expect(jsonBytes('€')).toBe(5)
  expect(jsonBytes({ a: [1, 'é'] })).toBe(14)
})

test('a page leaves room for what is put around it', () => {
  expect(PAGE_BYTES).toBe(245_760)
})

// Each item is 4 bytes of JSON and a comma.
test.each([
  [15, ['aa', 'bb', 'cc'], ['aa', 'bb', 'cc']],
  [14, ['aa', 'bb'], ['bb', 'cc']],
  [10, ['aa', 'bb'], ['bb', 'cc']],
  [9, ['aa'], ['cc']],
  [0, ['aa'], ['cc']],
])('of three items, %i bytes take %p from the front and %p from the back', (bytes, front, back) => {
  expect(fitting(['aa', 'bb', 'cc'], bytes)).toEqual(front)
  expect(fitting(['aa', 'bb', 'cc'], bytes, 'back')).toEqual(back)
})

test('what fits is decided by bytes: three euro signs are eleven bytes of JSON', () => {
  expect(fitting(['€€€', '€€€'], 24)).toHaveLength(2)
  expect(fitting(['€€€', '€€€'], 23)).toHaveLength(1)
  expect(fitting(['abc', '€€€'], 17, 'back')).toEqual(['€€€'])
  expect(fitting(['abc', '€€€'], 18, 'back')).toEqual(['abc', '€€€'])
})

test('nothing fits into nothing', () => {
  expect(fitting([], 100)).toEqual([])
  expect(fitting([], 100, 'back')).toEqual([])
  expect(chunksOf([], 100)).toEqual([])
})

test('chunks keep the order and every item, also one that is larger than a chunk', () => {
  expect(chunksOf(['aa', 'bb', 'cc'], 10)).toEqual([['aa', 'bb'], ['cc']])
  expect(chunksOf(['a', 'a long one', 'b', 'c'], 8)).toEqual([['a'], ['a long one'], ['b', 'c']])
  expect(chunksOf(['€', '€', '€'], 12)).toEqual([['€', '€'], ['€']])
})
