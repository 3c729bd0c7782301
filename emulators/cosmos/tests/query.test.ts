// The query language, through the official SDK, within one logical partition.
import type { Container } from '@azure/cosmos'
import { startAccount, type TestAccount } from './start.ts'

let account: TestAccount
let container: Container
const PEOPLE = [
  { id: '1', pk: 'p', name: 'Ada', age: 36, tags: ['math', 'code'], address: { city: 'London' } },
  { id: '2', pk: 'p', name: 'Bob', age: 20, tags: ['code'], address: { city: 'Paris' }, nick: null },
  { id: '3', pk: 'p', name: 'cleo', age: 36, tags: [], vip: true },
  {
    id: '4',
    pk: 'p',
    name: 'Dan',
    score: 7.5,
    children: [
      { name: 'Eve', age: 3 },
      { name: 'Fay', age: 9 },
    ],
  },
]
beforeAll(async () => {
  account = await startAccount()
  container = await account.container({
    indexingPolicy: {
      compositeIndexes: [
        [
          { path: '/age', order: 'ascending' },
          { path: '/name', order: 'descending' },
        ],
      ],
    },
  })
  for (const person of PEOPLE) await container.items.create(person)
  await container.items.create({ id: '1', pk: 'elsewhere', name: 'Zoe', age: 99 })
})
afterAll(() => account[Symbol.asyncDispose]())

async function query(text: string, parameters: Record<string, unknown> = {}): Promise<unknown[]> {
  const list = Object.entries(parameters).map(([name, value]) => ({ name, value: value as string }))
  const spec = { query: text, parameters: list }
  return (await container.items.query(spec, { partitionKey: 'p' }).fetchAll()).resources
}

test.each<[string, unknown[]]>([
  // Selection
  ['SELECT VALUE c.name FROM c', ['Ada', 'Bob', 'cleo', 'Dan']],
  ['SELECT c.id, c.age AS years FROM c WHERE c.id IN ("1", "4")', [{ id: '1', years: 36 }, { id: '4' }]],
  ['SELECT c.address.city FROM people c WHERE c.id = "1"', [{ city: 'London' }]],
  ['SELECT c.age + 1, c["name"] FROM c WHERE c.id = "2"', [{ $1: 21, name: 'Bob' }]],
  [
    'SELECT VALUE {n: c.name, t: c.tags[0]} FROM c WHERE c.id <= "2"',
    [
      { n: 'Ada', t: 'math' },
      { n: 'Bob', t: 'code' },
    ],
  ],
  ['SELECT DISTINCT VALUE c.age FROM c WHERE IS_DEFINED(c.age)', [36, 20]],
  ['SELECT TOP 2 VALUE c.id FROM c', ['1', '2']],
  ['SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2', ['2', '3']],
  ['SELECT VALUE 1 + 2 * 3', [7]],
  // Over the results of another query
  ['SELECT VALUE COUNT(1) FROM (SELECT DISTINCT c.age FROM c)', [3]],
  ['SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags) AS d', [2]],
  [
    'SELECT VALUE x.n FROM (SELECT c.name AS n, c.age FROM c WHERE c.age = 36) x ORDER BY x.n DESC',
    ['cleo', 'Ada'],
  ],
  ['SELECT VALUE x FROM (SELECT TOP 2 VALUE c.id FROM c ORDER BY c.id DESC) x WHERE x > "3"', ['4']],
  // Conditions
  ['SELECT VALUE c.id FROM c WHERE c.age = 36 AND c.name != "Ada"', ['3']],
  ['SELECT VALUE c.id FROM c WHERE c.age < 36 OR c.score > 7', ['2', '4']],
  ['SELECT VALUE c.id FROM c WHERE c.age BETWEEN 20 AND 30', ['2']],
  ['SELECT VALUE c.id FROM c WHERE c.age NOT IN (36, 37)', ['2']],
  ['SELECT VALUE c.id FROM c WHERE c.name LIKE "_a%"', ['4']],
  ['SELECT VALUE c.id FROM c WHERE c.name NOT LIKE "%a%"', ['2', '3']],
  ['SELECT VALUE c.id FROM c WHERE NOT c.age = 36', ['2']],
  ['SELECT VALUE c.id FROM c WHERE c.nick = null', ['2']],
  ['SELECT VALUE c.id FROM c WHERE c.vip', ['3']],
  ['SELECT VALUE c.id FROM c WHERE c.vip = true', ['3']],
  ['SELECT VALUE c.id FROM c WHERE c.age > "1"', []],
  ['SELECT VALUE c.id FROM c WHERE c.missing != 1', []],
  ['SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.age)', ['4']],
  ['SELECT VALUE c.id FROM c WHERE c.address = {"city": "Paris"}', ['2']],
  ['SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, "code")', ['1', '2']],
  ['SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.children, {"name": "Eve"}, true)', ['4']],
  ['SELECT VALUE c.id FROM c WHERE STARTSWITH(c.name, "c", true)', ['3']],
  ['SELECT VALUE c.age ?? "unknown" FROM c', [36, 20, 36, 'unknown']],
  ['SELECT VALUE c.age > 30 ? "old" : "young" FROM c', ['old', 'young', 'old', 'young']],
  // Several sources
  [
    'SELECT c.id, t FROM c JOIN t IN c.tags WHERE c.age = 36',
    [
      { id: '1', t: 'math' },
      { id: '1', t: 'code' },
    ],
  ],
  ['SELECT VALUE k.name FROM c JOIN k IN c.children WHERE k.age > 5', ['Fay']],
  ['SELECT VALUE t FROM t IN c.tags', ['math', 'code', 'code']],
  ['SELECT VALUE x.n FROM c JOIN (SELECT VALUE {n: k.name} FROM k IN c.children) AS x', ['Eve', 'Fay']],
  ['SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE k FROM k IN c.children WHERE k.age < 5)', ['4']],
  ['SELECT VALUE ARRAY(SELECT VALUE UPPER(t) FROM t IN c.tags) FROM c WHERE c.id = "1"', [['MATH', 'CODE']]],
  ['SELECT VALUE (SELECT VALUE COUNT(1) FROM t IN c.tags) FROM c WHERE c.id < "3"', [2, 1]],
  // Groups
  ['SELECT VALUE COUNT(1) FROM c', [4]],
  ['SELECT VALUE COUNT(c.age) FROM c', [3]],
  [
    'SELECT SUM(c.age) AS s, AVG(c.age) AS a, MIN(c.name) AS low, MAX(c.age) AS high FROM c',
    [{ s: 92, a: 92 / 3, low: 'Ada', high: 36 }],
  ],
  [
    'SELECT c.age, COUNT(1) AS n FROM c WHERE c.age > 0 GROUP BY c.age',
    [
      { age: 36, n: 2 },
      { age: 20, n: 1 },
    ],
  ],
  ['SELECT VALUE COUNT(1) FROM c WHERE c.id = "none"', [0]],
  // Order, over mixed types: undefined first, then null, booleans, numbers, strings
  ['SELECT VALUE c.id FROM c ORDER BY c.name DESC', ['3', '4', '2', '1']],
  ['SELECT VALUE c.id FROM c ORDER BY c.age', ['4', '2', '1', '3']],
  ['SELECT VALUE c.id FROM c ORDER BY c.age ASC, c.name DESC', ['4', '2', '3', '1']],
  ['SELECT VALUE c.id FROM c ORDER BY c.age DESC, c.name ASC', ['1', '3', '2', '4']],
  ['SELECT VALUE c.id FROM c WHERE c.age = 36 ORDER BY c.age, c.name DESC', ['3', '1']],
  ['SELECT DISTINCT VALUE c.age FROM c WHERE c.age > 1 ORDER BY c.age', [20, 36]],
  ['SELECT VALUE c.id FROM c ORDER BY c._ts', ['1', '2', '3', '4']],
])('%s', async (text, expected) => {
  expect(await query(text)).toEqual(expected)
})

test.each<[string, unknown]>([
  ['CONCAT("a", "b")', 'ab'],
  ['"a" || "b"', 'ab'],
  ['SUBSTRING("abcdef", 1, 3)', 'bcd'],
  ['INDEX_OF("abc", "c")', 2],
  ['REPLACE("a.a", ".", "-")', 'a-a'],
  ['LEFT("abc", 2)', 'ab'],
  ['RIGHT("abc", 2)', 'bc'],
  ['TRIM("  x ")', 'x'],
  ['LENGTH("é€")', 2],
  ['REGEXMATCH("Hello", "^h", "i")', true],
  ['STRINGTONUMBER("4.5")', 4.5],
  ['TOSTRING([1, "a"])', '[1,"a"]'],
  ['REGEXMATCH("abcd", "aB c", "ix")', true],
  ['REGEXMATCH("a b", "a[ ]b", "x")', true],
  ['REGEXMATCH("a b", "a b", "x")', false],
  ['TOSTRING(NaN)', 'NaN'],
  ['TOSTRING(-Infinity)', '-Infinity'],
  ['LOG(2, 10)', 0.3010299956639812],
  ['IS_INTEGER(-9223372036854775808)', true],
  ['IS_INTEGER(18446744073709551615)', false],
  ['ROUND(-2.5)', -3],
  ['POWER(2, 10)', 1024],
  ['5 % 3', 2],
  ['6 & 3', 2],
  ['FLOOR(-1.5)', -2],
  ['ARRAY_SLICE([1, 2, 3, 4], -2)', [3, 4]],
  ['ARRAY_LENGTH([1, [2]])', 2],
  ['SETINTERSECT([1, 2, 2], [2, 3])', [2]],
  ['ARRAY_CONCAT([1], [2, 3])', [1, 2, 3]],
  ['IS_NUMBER(1) AND IS_STRING("") AND IS_NULL(null) AND IS_ARRAY([]) AND IS_OBJECT({})', true],
  ['IIF(1 < 2, "yes", "no")', 'yes'],
  ['DATETIMEADD("mm", 1, "2026-01-31T10:00:00.0000000Z")', '2026-02-28T10:00:00.0000000Z'],
  ['DATETIMEDIFF("hour", "2026-01-01T00:59:00Z", "2026-01-01T02:01:00Z")', 2],
  ['DATETIMEPART("dd", "2026-03-04T00:00:00Z")', 4],
  ['DATETIMEPART("mcs", "2016-05-29T08:30:00.1301617")', 130161],
  ['DATETIMEPART("ns", "2016-05-29T08:30:00.1301617")', 130161700],
  ['DATETIMEADD("d", 1, "2020-07-09T23:20:13.4575530Z")', '2020-07-10T23:20:13.4575530Z'],
  ['DATETIMEADD("mcs", -1, "2020-07-09T23:20:13.0000000Z")', '2020-07-09T23:20:12.9999990Z'],
  ['DATETIMEADD("yyyy", 1, "2020-07-09T23:20:13.4575530Z")', '2021-07-09T23:20:13.4575530Z'],
  ['DATETIMEDIFF("ns", "2020-01-01T00:00:00.0000001Z", "2020-01-01T00:00:00.0000003Z")', 200],
  ['DATETIMETOTICKS("2020-01-02T03:04:05.6789123Z")', 15779342456789124],
  ['DATETIMETOTICKS("1960-01-01T00:00:00.0000001Z")', -3156191999999999],
  ['TICKSTODATETIME(15943368134575530)', '2020-07-09T23:20:13.4575530Z'],
  ['TICKSTODATETIME(-1)', '1969-12-31T23:59:59.9999999Z'],
  ['DATETIMEBIN("2021-01-01T01:02:03.4567891Z", "ms", 100)', '2021-01-01T01:02:03.4000000Z'],
  ['TIMESTAMPTODATETIME(0)', '1970-01-01T00:00:00.0000000Z'],
  ['FULLTEXTCONTAINS("The Red bicycle", "red BICYCLE")', true],
  ['FULLTEXTCONTAINSALL("red and blue", "blue", "green")', false],
  ['ARRAY_AVG([1, 2, 6])', 3],
  ['ARRAY_MEDIAN([5, 1, 2, 4])', 3],
  ['ARRAY_SUM([])', 0],
  ['[ARRAY_MIN([3, "a", null]), ARRAY_MAX([3, "a", null])]', [null, 'a']],
  ['DATETIMEBIN("2026-01-31T10:44:31.5000000Z", "minute", 15)', '2026-01-31T10:30:00.0000000Z'],
  ['[YEAR("2026-03-04"), MONTH("2026-03-04"), DAY("2026-03-04")]', [2026, 3, 4]],
  ['LASTINDEXOF("abcabc", "b")', 4],
  ['[SUBSTRINGAFTER("a/b/c", "/"), SUBSTRINGBEFORE("a/b/c", "/")]', ['b/c', 'a']],
  ['[LASTSUBSTRINGAFTER("a/b/c", "/"), LASTSUBSTRINGBEFORE("a/b/c", "/")]', ['c', 'a/b']],
  ['[INTADD(7, 5), INTSUB(7, 5), INTMUL(7, 5), INTDIV(-7, 2), INTMOD(-7, 2)]', [12, 2, 35, -3, -1]],
  ['[INTBITAND(12, 10), INTBITOR(12, 10), INTBITXOR(12, 10), INTBITNOT(0)]', [8, 14, 6, -1]],
  ['[INTBITLEFTSHIFT(1, 40), INTBITRIGHTSHIFT(1099511627776, 40)]', [1099511627776, 1]],
  ['"50% off" LIKE "50!% %" ESCAPE "!"', true],
  ['"a_c" LIKE "a!_c" ESCAPE "!" AND NOT ("abc" LIKE "a!_c" ESCAPE "!")', true],
  ['FULLTEXTCONTAINSANY("red and blue", "blue", "green")', true],
  ["\"it\\u0027s\" = 'it\\'s'", true],
])('%s', async (expression, expected) => {
  expect(await query(`SELECT VALUE ${expression}`)).toEqual([expected])
})

test.each<[string]>([
  ['1 + "a"'],
  ['null < 1'],
  ['UNDEFINED = UNDEFINED'],
  ['NOT "true"'],
  ['1 / 0'],
  ['[1, 2]["0"]'],
  ['UPPER(5)'],
  ['INTDIV(1, 0)'],
  ['INTADD(1.5, 1)'],
  ['ARRAY_AVG([1, "a"])'],
  ['2 BETWEEN "a" AND "z"'],
])('%s is undefined', async (expression) => {
  expect(await query(`SELECT VALUE ${expression}`)).toEqual([])
})

test('three-valued logic: one side can decide', async () => {
  expect(await query('SELECT VALUE [true OR undefined, false AND undefined, undefined OR true]')).toEqual([
    [true, false, true],
  ])
  expect(await query('SELECT VALUE true AND undefined')).toEqual([])
})

test('parameters: scalars, lists, objects', async () => {
  expect(
    await query('SELECT VALUE c.id FROM c WHERE c.id IN (@a, @b, @c)', { '@a': '1', '@b': '3', '@c': 'x' }),
  ).toEqual(['1', '3'])
  expect(
    await query('SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id)', { '@ids': ['2', '4'] }),
  ).toEqual(['2', '4'])
  expect(await query('SELECT VALUE c.id FROM c WHERE c.address = @a', { '@a': { city: 'London' } })).toEqual([
    '1',
  ])
  expect(await query('SELECT TOP @n VALUE c.id FROM c WHERE c.age >= @min', { '@n': 1, '@min': 30 })).toEqual(
    ['1'],
  )
})

test('the order of mixed types is total and stable under a range', async () => {
  const mixed = await account.container()
  const values = [
    undefined,
    null,
    false,
    true,
    -1,
    0,
    2.5,
    10,
    '',
    '10',
    'Z',
    'a',
    'é',
    '\ue000',
    '\u{1f600}',
  ]
  for (const [i, v] of [...values.entries()].reverse()) await mixed.items.create({ id: `${i}`, pk: 'p', v })
  const run = async (text: string) =>
    (await mixed.items.query(`SELECT VALUE c.id FROM c ${text}`, { partitionKey: 'p' }).fetchAll()).resources
  const all = values.map((_, i) => `${i}`)
  expect(await run('ORDER BY c.v')).toEqual(all)
  expect(await run('ORDER BY c.v DESC')).toEqual(all.toReversed())
  expect(await run('WHERE c.v >= 0 ORDER BY c.v')).toEqual(['5', '6', '7'])
  expect(await run('WHERE c.v > "" ORDER BY c.v DESC')).toEqual(['14', '13', '12', '11', '10', '9'])
})

test('a page resumes at the next row, whatever was inserted or deleted meanwhile', async () => {
  const log = await account.container()
  const add = (seq: number) => log.items.create({ id: `${seq}`, pk: 'p', seq })
  for (let seq = 10; seq <= 100; seq += 10) await add(seq)
  const page = async (text: string, continuationToken?: string) => {
    const options = { partitionKey: 'p', maxItemCount: 3, ...(continuationToken && { continuationToken }) }
    const { resources, continuationToken: next } = await log.items.query<number>(text, options).fetchNext()
    return { resources, next }
  }
  const text = 'SELECT VALUE c.seq FROM c WHERE c.seq < 95 ORDER BY c.seq DESC'
  const first = await page(text)
  expect(first.resources).toEqual([90, 80, 70])
  await add(85)
  await add(65)
  await log.item('60', 'p').delete()
  const second = await page(text, first.next)
  expect(second.resources).toEqual([65, 50, 40])
  const third = await page(text, second.next)
  expect(third).toEqual({ resources: [30, 20, 10], next: undefined })
  expect(first.next!.length).toBeLessThan(1024)
  await expect(page('SELECT VALUE c.seq FROM c', first.next)).rejects.toThrow('Invalid Continuation Token')
})

test('pages keep count of TOP and OFFSET, and of rows that come from one document', async () => {
  const read = async (text: string) => {
    const pages: unknown[][] = []
    const iterator = container.items.query(text, { partitionKey: 'p', maxItemCount: 2 })
    while (iterator.hasMoreResults()) pages.push((await iterator.fetchNext()).resources ?? [])
    return pages
  }
  expect(await read('SELECT TOP 3 VALUE c.id FROM c')).toEqual([['1', '2'], ['3']])
  expect(await read('SELECT VALUE c.id FROM c OFFSET 1 LIMIT 9')).toEqual([['2', '3'], ['4']])
  expect(
    await read(
      'SELECT VALUE t FROM c JOIN t IN ["x", "y", "z"] WHERE c.id < "3"'.replace('["x", "y", "z"]', 'c.tags'),
    ),
  ).toEqual([['math', 'code'], ['code']])
  expect(await read('SELECT DISTINCT VALUE c.id FROM c')).toEqual([
    ['1', '2'],
    ['3', '4'],
  ])
})

test.each([
  ['SELECT FROM c', 400, 'Syntax error'],
  ['SELECT * FROM c WHERE', 400, 'Syntax error'],
  ['SELECT * FROM c WHERE d.x = 1', 400, "Identifier 'd' could not be resolved"],
  ['SELECT NOSUCH(c.x) FROM c', 400, 'not a recognized built-in function'],
  ['SELECT * FROM c ORDER BY c.name, c.age', 400, 'composite index'],
  ['SELECT c.name, COUNT(1) FROM c', 400, 'not contained in either an aggregate function'],
  ['SELECT c.name FROM c GROUP BY c.age', 400, 'not contained in either an aggregate function'],
  ['SELECT * FROM c WHERE COUNT(1) > 0', 400, 'only allowed in SELECT'],
  ['SELECT * FROM c ORDER BY c.name || "x"', 400, 'could not be mapped to a document path'],
  ['SELECT INTDIV(1) FROM c', 400, 'requires 2 argument(s)'],
  ['SELECT DateTimeFormat(c.a, "x") FROM c', 501, 'DATETIMEFORMAT'],
  ['SELECT udf.f(c.a) FROM c', 501, 'UDF.f'],
  ['SELECT TOP 3 * FROM c ORDER BY RANK VectorDistance(c.v, [1, 2])', 400, 'takes FullTextScore'],
  ['SELECT TOP 3 * FROM c ORDER BY VectorDistance(c.v, [1, 2]), c.a', 400, 'cannot have other sort keys'],
  ['SELECT VALUE VectorDistance(c.v) FROM c', 400, 'takes 2 to 4 arguments'],
  ['SELECT TOP 3 * FROM c ORDER BY RANK RRF(FullTextScore(c.a, "x"))', 400, 'at least 2'],
  ['SELECT TOP 3 * FROM c ORDER BY RANK FullTextScore(c.a, 1)', 400, 'must be strings'],
  ['SELECT * FROM c WHERE FullTextContains(c.name, {"term": "red", "distance": 1})', 501, 'fuzzy'],
  ['SELECT TOP 3 * FROM c ORDER BY RANK c.a', 400, 'takes FullTextScore'],
  ['SELECT TOP 3 * FROM c ORDER BY RANK FullTextScore(c.a, "x") DESC', 400, 'Specifying a sort order'],
  ['SELECT DISTINCT c.a FROM c ORDER BY RANK FullTextScore(c.a, "x")', 400, 'DISTINCT'],
  ['SELECT VALUE FullTextScore(c.a, "x") FROM c', 400, 'only allowed in ORDER BY RANK'],
])('%s is refused with %i', async (text, code, message) => {
  await expect(query(text)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
})

test('ORDER BY a path that the policy excludes is refused', async () => {
  const narrow = await account.container({
    indexingPolicy: { includedPaths: [{ path: '/a/?' }], excludedPaths: [{ path: '/*' }] },
  })
  const order = (path: string) =>
    narrow.items.query(`SELECT * FROM c ORDER BY c.${path}`, { partitionKey: 'p' }).fetchAll()
  await expect(order('b')).rejects.toMatchObject({ code: 400 })
  expect((await order('a')).resources).toEqual([])
  expect((await order('_ts')).resources).toEqual([])
})

test('across partitions: filters are served as they are, keys in the WHERE name the partition', async () => {
  const all = async (text: string) => (await container.items.query(text).fetchAll()).resources
  expect(await all('SELECT VALUE c.name FROM c WHERE c.age > 30')).toEqual(['Ada', 'cleo', 'Zoe'])
  const listed =
    'SELECT VALUE c.name FROM c WHERE ARRAY_CONTAINS(["elsewhere", "p"], c.pk) AND (c.age > 90 OR c.id = "2")'
  expect(await all(listed)).toEqual(['Bob', 'Zoe'])
  const both = 'SELECT VALUE c.name FROM c WHERE c.pk IN ("p", "elsewhere") AND c.pk IN ("elsewhere", "none")'
  expect(await all(both)).toEqual(['Zoe'])
  expect(await all('SELECT VALUE COUNT(1) FROM c WHERE c.pk = "elsewhere"')).toEqual([1])
})
