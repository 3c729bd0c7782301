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
/** In ticks. */
const SIZES: Record<string, number> = {
  day: 864_000_000_000,
  hour: 36_000_000_000,
  minute: 600_000_000,
  second: 10_000_000,
  millisecond: 10_000,
  microsecond: 10,
  nanosecond: 0.01,
}

// Ticks of today are beyond what a number holds exactly.
const floorDivide = (ticks: bigint, size: bigint) => (ticks - (((ticks % size) + size) % size)) / size
const fromMs = (ms: number) => BigInt(Math.floor(ms)) * BigInt(TICKS_PER_MS)
const toMs = (ticks: bigint) => Number(floorDivide(ticks, BigInt(TICKS_PER_MS)))
const subMs = (ticks: bigint) => ticks - fromMs(toMs(ticks))

function format(ticks: bigint): string | undefined {
  const date = new Date(toMs(ticks))
  if (Number.isNaN(date.getTime())) return undefined
  return date.toISOString().replace('Z', `${String(subMs(ticks)).padStart(4, '0')}Z`)
}

/** Ticks of a date text; undefined when it is none. */
function parse(value: unknown): bigint | undefined {
  if (!isText(value) || !/^\d{4}-\d\d-\d\d/.test(value)) return undefined
  const ms = Date.parse(/[Zz]|[+-]\d\d:\d\d$/.test(value) || value.length === 10 ? value : `${value}Z`)
  if (Number.isNaN(ms)) return undefined
  const finer = /\.\d{3}(\d{1,4})/.exec(value)?.[1] ?? ''
  return fromMs(ms) + BigInt(finer.padEnd(4, '0'))
}

const partOf = (value: unknown) => (isText(value) ? PARTS[value.toLowerCase()] : undefined)

const onDate = (apply: (ms: number, ticks: bigint) => unknown) =>
  fn(1, 1, ([value]) => {
    const ticks = parse(value)
    return ticks === undefined ? undefined : apply(toMs(ticks), ticks)
  })

const months = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth()

export const dates = {
  GETCURRENTDATETIME: fn(0, 0, (_, now) => format(fromMs(now))),
  GETCURRENTDATETIMESTATIC: fn(0, 0, (_, now) => format(fromMs(now))),
  GETCURRENTTIMESTAMP: fn(0, 0, (_, now) => now),
  GETCURRENTTIMESTAMPSTATIC: fn(0, 0, (_, now) => now),
  GETCURRENTTICKS: fn(0, 0, (_, now) => now * TICKS_PER_MS),
  GETCURRENTTICKSSTATIC: fn(0, 0, (_, now) => now * TICKS_PER_MS),
  DATETIMETOTIMESTAMP: onDate((ms) => ms),
  DATETIMETOTICKS: onDate((_, ticks) => Number(ticks)),
  TIMESTAMPTODATETIME: fn(1, 1, ([ms]) => (isNumber(ms) ? format(fromMs(ms)) : undefined)),
  TICKSTODATETIME: fn(1, 1, ([ticks]) => (isNumber(ticks) ? format(BigInt(Math.floor(ticks))) : undefined)),
  DATETIMEADD: fn(3, 3, ([name, amount, value]) => {
    const part = partOf(name)
    const ticks = parse(value)
    if (!part || !isNumber(amount) || ticks === undefined) return undefined
    const size = SIZES[part]
    if (size !== undefined) return format(ticks + BigInt(Math.floor(amount * size)))
    const date = new Date(toMs(ticks))
    const day = date.getUTCDate()
    date.setUTCMonth(date.getUTCMonth() + (part === 'year' ? 12 : 1) * amount)
    // A month that is shorter ends earlier: 31 January and a month is 28 February.
    if (date.getUTCDate() !== day) date.setUTCDate(0)
    return format(fromMs(date.getTime()) + subMs(ticks))
  }),
  DATETIMEDIFF: fn(3, 3, ([name, from, to]) => {
    const part = partOf(name)
    const start = parse(from)
    const end = parse(to)
    if (!part || start === undefined || end === undefined) return undefined
    if (part === 'nanosecond') return Number((end - start) * 100n)
    const size = SIZES[part]
    if (size !== undefined) return Number(floorDivide(end, BigInt(size)) - floorDivide(start, BigInt(size)))
    const [first, last] = [new Date(toMs(start)), new Date(toMs(end))]
    return part === 'month' ? months(last) - months(first) : last.getUTCFullYear() - first.getUTCFullYear()
  }),
  DATETIMEBIN: fn(2, 4, ([value, name, size = 1, origin = '1970-01-01T00:00:00.0000000Z']) => {
    const [ticks, from] = [parse(value), parse(origin)]
    const part = SIZES[partOf(name) ?? '']
    if (ticks === undefined || from === undefined || part === undefined) return undefined
    if (!isNumber(size) || !Number.isInteger(size) || size < 1) return undefined
    const bin = BigInt(Math.max(1, Math.floor(part * size)))
    return format(from + floorDivide(ticks - from, bin) * bin)
  }),
  DAY: onDate((ms) => new Date(ms).getUTCDate()),
  MONTH: onDate((ms) => new Date(ms).getUTCMonth() + 1),
  YEAR: onDate((ms) => new Date(ms).getUTCFullYear()),
  DATETIMEPART: fn(2, 2, ([name, value]) => {
    const ticks = parse(value)
    if (ticks === undefined) return undefined
    const date = new Date(toMs(ticks))
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
      case 'microsecond':
        return date.getUTCMilliseconds() * 1000 + Math.floor(Number(subMs(ticks)) / 10)
      case 'nanosecond':
        return date.getUTCMilliseconds() * 1_000_000 + Number(subMs(ticks)) * 100
      default:
        return undefined
    }
  }),
  DATETIMEFROMPARTS: fn(3, 7, (args) => {
    if (!args.every(Number.isInteger)) return undefined
    const [year, month, day, hour = 0, minute = 0, second = 0, fraction = 0] = args as number[]
    const ms = Date.UTC(year!, month! - 1, day!, hour, minute, second)
    if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== day) return undefined
    return format(fromMs(ms) + BigInt(fraction))
  }),
}
