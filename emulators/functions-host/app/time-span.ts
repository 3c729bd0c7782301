// Time spans as .NET writes them, which is how host.json and schedules tell them.
import * as z from 'zod'

/** Milliseconds from a .NET TimeSpan (`hh:mm:ss`, `d.hh:mm:ss`, fractions of a second allowed), or undefined. */
export function parseTimeSpan(text: string): number | undefined {
  const match = /^(?:(\d+)\.)?(\d{1,2}):([0-5]?\d):([0-5]?\d)(\.\d{1,7})?$/.exec(text.trim())
  if (!match) return undefined
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
  return whole * 1000 + Math.round(Number(fraction) * 1000)
}

/** A member of host.json that is a time span; milliseconds once parsed. */
export const timeSpan = z.string().transform((text, context) => {
  const ms = parseTimeSpan(text)
  if (ms !== undefined) return ms
  context.addIssue(`"${text}" is not a time span (hh:mm:ss)`)
  return z.NEVER
})
