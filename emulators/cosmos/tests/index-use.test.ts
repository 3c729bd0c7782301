// That SQLite finds rows by index instead of reading a partition, asked of SQLite itself.
import { newEnvironment } from '../query/compiled.ts'
import { planQuery } from '../query/plan.ts'
import { buildScan } from '../query/scan.ts'
import { openCatalog } from '../storage/catalog.ts'
import type { Scope } from '../storage/scope.ts'
import { openStore } from '../storage/store.ts'

const store = openStore()
const catalog = openCatalog(store, { ranges: 1, now: () => 1 })
catalog.createDatabase('db')
const collection = catalog.createCollection('db', {
  id: 'c',
  partitionKey: { paths: ['/room'], version: 2 },
  uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/dedupe'] }] },
  fullTextPolicy: { fullTextPaths: [{ path: '/text' }] },
  indexingPolicy: {
    fullTextIndexes: [{ path: '/text' }],
    compositeIndexes: [[{ path: '/a' }, { path: '/b', order: 'descending' }]],
  },
})
afterAll(() => store.close())

const position = (...keys: [number, string | number][]) => ({ q: '', k: keys, n: 7, j: 1, s: 0, t: 0, o: 0 })
const ONE: Scope = { pk: '["r"]' }

test.each<[string, string, Scope, ReturnType<typeof position> | undefined]>([
  ['the newest below', 'SELECT TOP 50 * FROM c WHERE c.seq < 9 ORDER BY c.seq DESC', ONE, undefined],
  ['the page after', 'SELECT * FROM c WHERE c.seq < 9 ORDER BY c.seq DESC', ONE, position([4, 5])],
  ['a range without an order', 'SELECT * FROM c WHERE c.seq > 9 AND c.seq <= 20', ONE, undefined],
  ['an order without a range', 'SELECT * FROM c ORDER BY c.seq', ONE, position([4, 5])],
  ['the order of time', 'SELECT * FROM c ORDER BY c._ts DESC', ONE, position([4, 5])],
  ['the order of ids', 'SELECT * FROM c ORDER BY c.id', ONE, position([5, 'x'])],
  ['a composite order', 'SELECT * FROM c ORDER BY c.a, c.b DESC', ONE, position([4, 1], [4, 2])],
  [
    'a composite order behind an equality',
    'SELECT * FROM c WHERE c.a = 1 ORDER BY c.a, c.b DESC',
    ONE,
    position([4, 1], [4, 2]),
  ],
  ['a unique key', 'SELECT * FROM c WHERE c.dedupe = "x"', ONE, undefined],
  ['a whole partition', 'SELECT * FROM c', ONE, position()],
  ['an equality across partitions', 'SELECT * FROM c WHERE c.email = "x"', {}, undefined],
  ['the whole container', 'SELECT * FROM c', {}, position()],
])('%s: sought, not sorted', (_, text, scope, resume) => {
  expect(plans(text, scope, resume).filter((step) => /SCAN|TEMP B-TREE/.test(step))).toEqual([])
})

test.each<[string, string, Scope]>([
  ['a list of unique keys', 'SELECT * FROM c WHERE ARRAY_CONTAINS(["a", "b"], c.dedupe)', ONE],
  ['a list of ids', 'SELECT * FROM c WHERE c.id IN ("a", "b")', ONE],
  ['a list of partition keys', 'SELECT * FROM c WHERE c.id = "x"', { pks: ['["a"]', '["b"]'] }],
])('%s: sought', (_, text, scope) => {
  const steps = plans(text, scope)
  expect(steps[0]).toMatch(/^SEARCH .* \(pk=\? AND /)
})

test('words that are rare: their list, and nothing else', () => {
  const text =
    'SELECT TOP 50 * FROM c WHERE FULLTEXTCONTAINSALL(c.text, "a1", "b1") AND c.seq < 9 ORDER BY c.seq DESC'
  const steps = plans(text, ONE, position([4, 5]))
  expect(steps.filter((step) => /SCAN|USING INDEX docs/.test(step))).toEqual([])
  expect(steps[0]).toMatch(/^SEARCH docs_1 USING INTEGER PRIMARY KEY/)
})

test('words that are common: looked up on the way through the order', () => {
  const insert = store.database.prepare("INSERT INTO stems_1 (path, word, k, n) VALUES (0, 'common', 1, ?)")
  store.database.exec(
    'INSERT INTO texts_1 (k, path, pk, documents, words) VALUES (1, 0, \'["r"]\', 5000, 5000)',
  )
  for (let n = 1; n <= 5000; n++) insert.run(n)
  const text = 'SELECT * FROM c WHERE FULLTEXTCONTAINS(c.text, "common") AND c.seq < 9 ORDER BY c.seq DESC'
  const steps = plans(text, ONE)
  expect(steps.filter((step) => /SCAN|TEMP B-TREE/.test(step))).toEqual([])
  expect(steps[0]).toMatch(/^SEARCH docs_1 USING INDEX docs_1_by_/)
})

function plans(text: string, scope: Scope, resume?: ReturnType<typeof position>): string[] {
  const env = newEnvironment(new Map(), 0)
  const { statements } = buildScan(collection, planQuery(text), env, scope, 1, resume)
  return statements.flatMap(({ sql, values }) =>
    store.database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...values)
      .map(({ detail }) => String(detail)),
  )
}
