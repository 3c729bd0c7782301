// Schedules of the timer trigger: six-field NCRONTAB (`{second} {minute} {hour} {day} {month} {day of week}`) in UTC, or a
// time span. Day of month and day of week must both match. https://github.com/atifaziz/NCrontab/wiki/Crontab-Expression
import { parseTimeSpan } from '../app/time-span.ts'

/** The first occurrence after the given time (milliseconds since the epoch). */
export type Schedule = (after: number) => number

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** @throws Error naming the field that is wrong. */
export function parseSchedule(text: string): Schedule {
  const span = parseTimeSpan(text)
  if (span !== undefined && span > 0) return (after) => after + span
  const fields = text.trim().split(/\s+/)
  if (fields.length === 5) fields.unshift('0')
  if (fields.length !== 6) throw new Error(`"${text}" is neither a six-field schedule nor a time span.`)
  const [second, minute, hour, day] = [59, 59, 23, 31].map((last, index) =>
    parseField(fields[index]!, index === 3 ? 1 : 0, last),
  ) as [number[], number[], number[], number[]]
  const month = parseField(fields[4]!, 1, 12, MONTHS)
  const weekday = parseField(fields[5]!, 0, 7, DAYS).map((value) => value % 7)
  return (after) => {
    const from = new Date(Math.floor(after / 1000) * 1000 + 1000)
    let [h, m, s] = [from.getUTCHours(), from.getUTCMinutes(), from.getUTCSeconds()]
    const date = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate()))
    // Ten years hold every valid date, 29 February on a given weekday apart.
    for (let days = 0; days < 366 * 40; days++, date.setUTCDate(date.getUTCDate() + 1), h = m = s = 0) {
      if (!day.includes(date.getUTCDate()) || !month.includes(date.getUTCMonth() + 1)) continue
      if (!weekday.includes(date.getUTCDay())) continue
      const time = firstTime(hour, minute, second, h, m, s)
      if (time !== undefined) return date.getTime() + time * 1000
    }
    throw new Error(`"${text}" never occurs.`)
  }
}

/** Seconds into the day of the first matching time at or after h:m:s. */
function firstTime(hours: number[], minutes: number[], seconds: number[], h: number, m: number, s: number) {
  for (const hour of hours) {
    if (hour < h) continue
    for (const minute of minutes) {
      if (hour === h && minute < m) continue
      const second = seconds.find((value) => hour > h || minute > m || value >= s)
      if (second !== undefined) return (hour * 60 + minute) * 60 + second
    }
  }
  return undefined
}

/** All values of one field, ascending: lists, ranges, steps, `*`, and names where there are any. */
function parseField(text: string, first: number, last: number, names: string[] = []): number[] {
  const values = new Set<number>()
  for (const part of text.toLowerCase().split(',')) {
    const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part)
    const number = (word: string | undefined): number => {
      const named = names.indexOf(word?.slice(0, 3) ?? '')
      return named >= 0 ? named + first : Number(word)
    }
    const step = Number(match?.[3] ?? 1)
    const from = match?.[1] === undefined ? first : number(match[1])
    const open = match?.[1] === undefined || (match[2] === undefined && match[3] !== undefined)
    const to = open ? last : match?.[2] === undefined ? from : number(match[2])
    if (!match || !(from >= first && from <= to && to <= last && step > 0)) {
      throw new Error(`"${text}" is not valid in a schedule (${first} to ${last}).`)
    }
    for (let value = from; value <= to; value += step) values.add(value)
  }
  return [...values].sort((a, b) => a - b)
}
