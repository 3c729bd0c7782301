// What hubs, groups and events may be called, and the wildcard language of roles and event patterns.

const HUB = /^[A-Za-z][A-Za-z0-9_`,.[\]]{0,127}$/
const EVENT = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/

export const isHubName = (name: string): boolean => HUB.test(name)
export const isEventName = (name: string): boolean => EVENT.test(name)
export const isGroupName = (name: string): boolean =>
  name.length >= 1 && name.length <= 1024 && name.trim() !== ''

/**
 * Compiles a wildcard pattern: `*` matches within one dot-separated segment, `**` across segments, `?` one
 * character that is not a dot; a backslash escapes the next character.
 */
export function wildcard(pattern: string, flags: '' | 'i' = ''): RegExp {
  const source = pattern.replace(/\\(.)|\*+|\?|[^*?\\]+|\\/gs, (token: string, escaped?: string) => {
    if (escaped !== undefined) return literal(escaped)
    if (token === '*') return '[^.]*'
    if (token.startsWith('*')) return '.*'
    if (token === '?') return '[^.]'
    return literal(token)
  })
  return new RegExp(`^${source}$`, `s${flags}`)
}

/** Whether a comma-separated, case-insensitive list of event patterns covers the event; a lone `*` covers all. */
export function eventPatternMatches(patterns: string, event: string): boolean {
  return patterns
    .split(',')
    .map((pattern) => pattern.trim())
    .some((pattern) => pattern === '*' || (pattern !== '' && wildcard(pattern, 'i').test(event)))
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
