// The filter language over three connections, one of them anonymous.
import { createConnection } from '../connection.ts'
import { createHub } from '../hub.ts'
import { compileFilter } from '../rest/filter.ts'

const connection = (id: string, userId?: string, groups: string[] = []) => {
  const created = createConnection({
    id,
    hub: createHub('chat'),
    userId,
    subprotocol: 'json.webpubsub.azure.v1',
    origin: 'localhost',
    roles: [],
    publishTo: undefined,
    upstream: { lastEventId: 0, state: undefined, cookies: new Map() },
  })
  for (const group of groups) created.groups.add(group)
  return created
}

const everyone = [connection('c1', 'ann', ['a', 'b']), connection('c2', "o'neil", ['b']), connection('c3')]

test.each([
  ['', ['c1', 'c2', 'c3']],
  ["userId eq 'ann'", ['c1']],
  ["userId ne 'ann'", ['c2', 'c3']],
  ["userId eq 'o''neil'", ['c2']],
  ['userId eq null', ['c3']],
  ['userId ne null', ['c1', 'c2']],
  ["connectionId in ('c1','c3')", ['c1', 'c3']],
  ["not (connectionId in ('c1', 'c3'))", ['c2']],
  ["'a' in groups", ['c1']],
  ["not ('b' in groups)", ['c3']],
  ["'b' in groups and userId ne 'ann'", ['c2']],
  ["userId eq 'ann' or userId eq null and connectionId eq 'c3'", ['c1', 'c3']],
  ["(userId eq 'ann' or userId eq null) and connectionId eq 'c3'", ['c3']],
  ["not not ('a' in groups)", ['c1']],
  ["'a' in (groups)", ['c1']],
  ["USERID eq 'ann' and 'a' in Groups", ['c1']],
  ["userId in (null, 'ann', tolower('O''NEIL'))", ['c1', 'c2']],
  ['length(groups) gt +1', ['c1']],
  ['length(userId) in (3, 4)', ['c1']],
  ['length(userId) gt 3', ['c2']],
  ['length(userId) le 3', ['c1']],
  ["startswith(userId, 'a')", ['c1']],
  ["endswith(connectionId, '3')", ['c3']],
  ["contains(tolower(concat(userId, 'XY')), 'nxy')", ['c1']],
  ["substring(connectionId, 1) eq '2'", ['c2']],
  ["indexof(userId, 'n') eq 1", ['c1']],
  ["protocol eq 'json.webpubsub.azure.v1' and true", ['c1', 'c2', 'c3']],
  ["toupper(trim(' ann ')) eq 'ANN'", ['c1', 'c2', 'c3']],
])('the filter %s selects its connections', (filter, expected) => {
  expect(everyone.filter(compileFilter(filter)).map(({ id }) => id)).toEqual(expected)
})

test.each([
  'userId',
  'userId eq',
  "eq 'a'",
  "userId = 'a'",
  "userId eq 'a' extra",
  "userId eq 'a",
  "name eq 'a'",
  'userId eq 5',
  'groups eq null',
  "groups in ('a')",
  'userId in (1)',
  "userId in 'a'",
  'not userId and true',
  "not 'a' in groups",
  'userId in userId',
  "userId in (groups, 'a')",
  "length('a', 'b') eq 1",
  'length(5) eq 1',
  "fly(userId) eq 'a'",
  "(userId eq 'a'",
  "toString eq 'a'",
  `${'('.repeat(200)}true${')'.repeat(200)}`,
])('the filter %s is refused', (filter) => {
  expect(() => compileFilter(filter)).toThrow(/^Invalid syntax for '.*\(Parameter 'filter'\)$/s)
})

test.each([
  ['invalid filter', "Syntax error at position 14 in 'invalid filter'", undefined],
  ["userId eq 'a' extra", "Syntax error at position 19 in 'userId eq 'a' extra'", undefined],
  ['userId eq', "Syntax error at position 9 in 'userId eq'", undefined],
  ['not length(userId) gt 5', "Type 'null', expect 'bool'", 'not length(userId)'],
  ['userId', "Type 'null', expect 'bool'", undefined],
  ["'a' in groups and userId lt 1 or true", "Type 'string', expect 'int'", 'userId lt 1'],
  ['5', "Type 'int', expect 'bool'", undefined],
])('what the service says of %s', (filter, why, part = filter) => {
  expect(() => compileFilter(filter)).toThrow(`Invalid syntax for '${part}': ${why}. (Parameter 'filter')`)
})
