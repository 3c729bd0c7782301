// The pure rules: schedules, delays, the share of leases, route templates.
import { parseTimeSpan } from '../app/time-span.ts'
import { hostedFunction, misnomer } from '../hosted-function.ts'
import { createRoutes } from '../http/routes.ts'
import { chooseLeases } from '../triggers/cosmos/balance.ts'
import { parseSchedule } from '../triggers/ncrontab.ts'
import { pollDelay } from '../triggers/queue.ts'
import { delayOf } from '../triggers/retry.ts'

describe('schedules', () => {
  const after = (schedule: string, from: string): string =>
    new Date(parseSchedule(schedule)(Date.parse(from))).toISOString()

  test.each([
    ['0 */5 * * * *', '2026-11-21T06:00:00Z', '2026-11-21T06:05:00.000Z'],
    ['0 */5 * * * *', '2026-11-21T06:04:59.999Z', '2026-11-21T06:05:00.000Z'],
    ['*/20 * * * * *', '2026-11-21T06:00:40Z', '2026-11-21T06:01:00.000Z'],
    ['0 30 9 * * Mon-Fri', '2026-11-21T06:00:00Z', '2026-11-23T09:30:00.000Z'],
    ['0 0 0 29 Feb *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 0 13 * 5', '2026-11-14T00:00:00Z', '2027-08-13T00:00:00.000Z'],
    ['15,45 0 23 31 12 7', '2026-11-21T00:00:00Z', '2028-12-31T23:00:15.000Z'],
    ['10/25 * * * * *', '2026-11-21T06:00:11Z', '2026-11-21T06:00:35.000Z'],
    ['00:00:05', '2026-11-21T06:00:00Z', '2026-11-21T06:00:05.000Z'],
    ['0 12 * * *', '2026-11-21T06:00:00Z', '2026-11-21T12:00:00.000Z'],
  ])('%s after %s is %s', (schedule, from, expected) => {
    expect(after(schedule, from)).toBe(expected)
  })

  test.each([
    '',
    '* * *',
    '60 * * * * *',
    '0 0 0 0 * *',
    '0 0 0 * * 8',
    '*/0 * * * * *',
    '5-1 * * * * *',
    'x * * * * *',
  ])('"%s" is refused', (schedule) => {
    expect(() => parseSchedule(schedule)).toThrow()
  })

  test('a date that never comes is refused when it is asked for', () => {
    expect(() => parseSchedule('0 0 0 31 2 *')(0)).toThrow('never occurs')
  })
})

test('time spans', () => {
  expect(parseTimeSpan('00:00:00.100')).toBe(100)
  expect(parseTimeSpan('1.02:03:04')).toBe(93_784_000)
  expect(parseTimeSpan('5 minutes')).toBe(undefined)
})

test('queue polls double from 100 ms up to the limit of host.json', () => {
  const middle = () => 0.5
  expect([1, 2, 3, 4, 40].map((misses) => pollDelay(misses, 2000, middle))).toEqual([
    100, 200, 400, 800, 2000,
  ])
})

test('retry delays: fixed, or growing from the minimum to the maximum', () => {
  const fixed = { retryStrategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 2 } } as const
  expect(delayOf(fixed, 5)).toBe(2000)
  const growing = {
    retryStrategy: 'exponentialBackoff',
    maxRetryCount: -1,
    minimumInterval: { seconds: 1 },
    maximumInterval: { seconds: 10 },
  } as const
  expect([0, 1, 2, 3, 4, 2000].map((retries) => delayOf(growing, retries, () => 0.5))).toEqual([
    1000, 2000, 4000, 8000, 10_000, 10_000,
  ])
})

describe('leases', () => {
  const now = Date.parse('2026-11-21T06:00:00Z')
  const alive = '2026-11-21T05:59:30Z'
  const dead = '2026-11-21T05:58:00Z'
  const lease = (id: string, Owner: string | null, timestamp = alive) => ({ id, Owner, timestamp })
  const choose = (leases: ReturnType<typeof lease>[], held: string[] = []): string[] =>
    chooseLeases(leases, 'me', new Set(held), now, 60_000)
      .map(({ id }) => id)
      .sort()

  test('the only host takes all that are free', () => {
    expect(choose([lease('a', null), lease('b', null), lease('c', null)])).toEqual(['a', 'b', 'c'])
  })

  test('expired leases are taken before any is stolen, up to the fair share', () => {
    const leases = [lease('a', 'other'), lease('b', 'other'), lease('c', 'gone', dead), lease('d', null)]
    expect(choose(leases)).toEqual(['c', 'd'])
    expect(choose([...leases, lease('e', 'other'), lease('f', 'me')], ['f'])).toEqual(['c', 'd'])
  })

  test('with none free, one is stolen from the host that has the most', () => {
    expect(choose([lease('a', 'rich'), lease('b', 'rich'), lease('c', 'rich'), lease('d', 'poor')])).toEqual([
      'a',
    ])
    expect(choose([lease('a', 'other'), lease('b', 'other')])).toEqual(['a'])
  })

  test('a fair division is left alone', () => {
    expect(choose([lease('a', 'other'), lease('b', 'me')], ['b'])).toEqual([])
    expect(choose([lease('a', 'other'), lease('b', 'other'), lease('c', 'me')], ['c'])).toEqual([])
    expect(choose([lease('a', 'other')])).toEqual([])
  })

  test('a lease that carries our name but is not worked on is taken up again', () => {
    expect(choose([lease('a', 'me')])).toEqual(['a'])
  })
})

describe('routes', () => {
  const routes = (...templates: string[]) =>
    createRoutes(
      templates.map((route) => ({
        target: { id: route, metadata: { name: route, bindings: {} }, callback: () => {} },
        binding: 'request',
        route,
        methods: ['GET'],
        authLevel: 'anonymous' as const,
      })),
      'api',
    )

  test('literal, constrained, free, in this order', () => {
    const find = routes('a/{x}', 'a/{x:int}', 'a/7')
    expect(find('GET', '/api/a/7')?.target.route).toBe('a/7')
    expect(find('GET', '/API/A/8/')?.target.route).toBe('a/{x:int}')
    expect(find('GET', '/api/a/B')?.params).toEqual({ x: 'B' })
    expect(find('POST', '/api/a/7')).toBe(undefined)
  })

  test('several optional parts at the end, with constraints', () => {
    const find = routes('products/{category:alpha?}/{id:guid?}')
    const id = '4e2796ae-b865-4071-8a20-2a15cbaf856c'
    expect(find('GET', '/api/products')?.params).toEqual({})
    expect(find('GET', '/api/products/toys')?.params).toEqual({ category: 'toys' })
    expect(find('GET', `/api/products/toys/${id}`)?.params).toEqual({ category: 'toys', id })
    expect(find('GET', '/api/products/toys/notaguid')).toBe(undefined)
    expect(find('GET', `/api/products/999/${id}`)).toBe(undefined)
  })

  test.each([
    ['{x:length(3)}', 'abc', 'ab'],
    ['{x:length(2, 3)}', 'ab', 'a'],
    ['{x:minlength(2)}', 'ab', 'a'],
    ['{x:maxlength(2)}', 'ab', 'abc'],
    ['{x:decimal}', '-1.5', '1,5'],
    ['{x:double}', '.5', '.'],
    ['{x:bool}', 'True', 'yes'],
    ['{x:int}', '-7', '7.0'],
  ])('the constraint in %s takes "%s" and not "%s"', (template, taken, other) => {
    const find = routes(template)
    expect(find('GET', `/api/${taken}`)?.params).toEqual({ x: taken })
    expect(find('GET', `/api/${other}`)).toBe(undefined)
  })

  test('a path that is not valid percent-encoding matches nothing', () => {
    expect(routes('a/{x}')('GET', '/api/a/%zz')).toBe(undefined)
  })

  test('two functions on one route, and templates that are not understood, are refused', () => {
    expect(() => routes('a/{x}', 'A/{y}')).toThrow('clashes')
    expect(() => routes('a/{x:range(1,2)}')).toThrow('not implemented')
    expect(() => routes('a/{x?}/b')).toThrow('not implemented')
    expect(() => routes('a/{x:datetime}')).toThrow('"{x:datetime}" is not implemented in a route')
    expect(() => routes('a/{x:int:min(1)}')).toThrow('not implemented')
    expect(() => routes('a/{x=5}')).toThrow('not implemented')
  })
})

describe('names and routes', () => {
  const refusal = (name: string, binding: Record<string, unknown> = {}) =>
    misnomer(
      hostedFunction(
        {
          id: name,
          metadata: { name, bindings: { request: { type: 'httpTrigger', ...binding } } },
          callback: () => {},
        },
        [],
      ),
    )

  test.each(['a', 'Chat-list_2', `a${'b'.repeat(127)}`])('"%s" is a name', (name) => {
    expect(refusal(name)).toBe(undefined)
  })

  test.each(['2nd', 'a b', 'ä', 'host', `a${'b'.repeat(128)}`])('"%s" is none', (name) => {
    expect(refusal(name)).toBe(`Function "${name}": this is no valid name of a function.`)
  })

  test('routes that the host keeps for itself', () => {
    for (const route of ['admin', 'Administration/{id}', '/runtime/x']) {
      expect(refusal('a', { route })).toContain(`the route "${route}" is reserved`)
    }
    expect(refusal('adminList')).toContain('the route "adminList" is reserved')
    expect(refusal('a', { route: 'users/admin' })).toBe(undefined)
  })
})
