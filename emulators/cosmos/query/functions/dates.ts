// Date and time functions. https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions#date-and-time-functions
// Dates are texts in UTC with seven decimals; ticks are units of 100 ns since 1970.
import { fn, isNumber, isText } from './define.ts'

const TICKS_PER_MS = 10_000
const PARTS: Record<string, string> = {
  year: 'year', yyyy: 'year', yy: 'year', month: 'month', mm: 'month', m: 'month', day: 'day', dd: 'day', d: 'day',
  hour: 'hour', hh: 'hour', minute: 'minute', mi: 'minute', n: 'minute', second: 'second', ss: 'second', s: 'second',
  millisecond: 'millisecond', ms: 'millisecond', microsecond: 'microsecond', mcs: 'microsecond',
  nanosecond: 'nanosecond', ns: 'nanosecond',
} // biome-ignore format: a table
const MS: Record<string, number> = {
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
  microsecond: 1e-3,
  nanosecond: 1e-6,
}

const format = (ms: number, subMs = 0) =>
  new Date(ms).toISOString().replace('Z', `${String(subMs).padStart(4, '0')}Z`)

/** Milliseconds of a date text; undefined when it is none. */
function parse(value: unknown): number | undefined {
  if (!isText(value) || !/^\d{4}-\d\d-\d\d/.test(value)) return undefined
  const ms = Date.parse(/[Zz]|[+-]\d\d:\d\d$/.test(value) || value.length === 10 ? value : `${value}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

const partOf = (value: unknown) => (isText(value) ? PARTS[value.toLowerCase()] : undefined)

const onDate = (apply: (ms: number) => unknown) =>
  fn(1, 1, ([value]) => {
    const ms = parse(value)
    return ms === undefined ? undefined : apply(ms)
  })

const months = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth()

export const dates = {
  GETCURRENTDATETIME: fn(0, 0, (_, now) => format(now)),
  GETCURRENTDATETIMESTATIC: fn(0, 0, (_, now) => format(now)),
  GETCURRENTTIMESTAMP: fn(0, 0, (_, now) => now),
  GETCURRENTTIMESTAMPSTATIC: fn(0, 0, (_, now) => now),
  GETCURRENTTICKS: fn(0, 0, (_, now) => now * TICKS_PER_MS),
  GETCURRENTTICKSSTATIC: fn(0, 0, (_, now) => now * TICKS_PER_MS),
  DATETIMETOTIMESTAMP: onDate((ms) => ms),
  DATETIMETOTICKS: onDate((ms) => ms * TICKS_PER_MS),
  TIMESTAMPTODATETIME: fn(1, 1, ([ms]) => (isNumber(ms) ? format(ms) : undefined)),
  TICKSTODATETIME: fn(1, 1, ([ticks]) =>
    isNumber(ticks) ? format(Math.floor(ticks / TICKS_PER_MS), ticks % TICKS_PER_MS) : undefined,
  ),
  DATETIMEADD: fn(3, 3, ([name, amount, value]) => {
    const part = partOf(name)
    const ms = parse(value)
    if (!part || !isNumber(amount) || ms === undefined) return undefined
    if (MS[part] !== undefined) return format(ms + amount * MS[part])
    const date = new Date(ms)
    const day = date.getUTCDate()
    date.setUTCMonth(date.getUTCMonth() + (part === 'year' ? 12 : 1) * amount)
    // A month that is shorter ends earlier: 31 January and a month is 28 February.
    if (date.getUTCDate() !== day) date.setUTCDate(0)
    return format(date.getTime())
  }),
  DATETIMEDIFF: fn(3, 3, ([name, from, to]) => {
    const part = partOf(name)
    const start = parse(from)
    const end = parse(to)
    if (!part || start === undefined || end === undefined) return undefined
    const size = MS[part]
    if (size !== undefined) return Math.floor(end / size) - Math.floor(start / size)
    const apart = months(new Date(end)) - months(new Date(start))
    if (part === 'month') return apart
    return new Date(end).getUTCFullYear() - new Date(start).getUTCFullYear()
  }),
  DATETIMEBIN: fn(2, 4, ([value, name, size = 1, origin = '1970-01-01T00:00:00.0000000Z']) => {
    const [ms, from] = [parse(value), parse(origin)]
    const part = MS[partOf(name) ?? '']
    if (ms === undefined || from === undefined || part === undefined) return undefined
    if (!isNumber(size) || !Number.isInteger(size) || size < 1) return undefined
    return format(from + Math.floor((ms - from) / (part * size)) * part * size)
  }),
  DAY: onDate((ms) => new Date(ms).getUTCDate()),
  MONTH: onDate((ms) => new Date(ms).getUTCMonth() + 1),
  YEAR: onDate((ms) => new Date(ms).getUTCFullYear()),
  DATETIMEPART: fn(2, 2, ([name, value]) => {
    const ms = parse(value)
    if (ms === undefined) return undefined
    const date = new Date(ms)
    switch (partOf(name)) {
      case 'year':
        return date.getUTCFullYear()
      case 'month':
        return date.getUTCMonth() + 1
      case 'day':
        return date.getUTCDate()
      case 'hour':
        return date.getUTCHours()
      case 'minute':
        return date.getUTCMinutes()
      case 'second':
        return date.getUTCSeconds()
      case 'millisecond':
        return date.getUTCMilliseconds()
      default:
        return undefined
    }
  }),
  DATETIMEFROMPARTS: fn(3, 7, (args) => {
    if (!args.every(Number.isInteger)) return undefined
    const [year, month, day, hour = 0, minute = 0, second = 0, fraction = 0] = args as number[]
    const ms = Date.UTC(year!, month! - 1, day!, hour, minute, second) + Math.floor(fraction / TICKS_PER_MS)
    return Number.isNaN(ms) || new Date(ms).getUTCDate() !== day
      ? undefined
      : format(ms, fraction % TICKS_PER_MS)
  }),
}
