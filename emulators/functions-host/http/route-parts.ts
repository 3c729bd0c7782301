// One segment of an ASP.NET route template as the router writes it: parameters, and what they may hold.
// https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints

const NUMBER = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)'

const CONSTRAINTS: Record<string, string> = {
  int: '[+-]?\\d+',
  long: '[+-]?\\d+',
  decimal: NUMBER,
  double: NUMBER,
  float: NUMBER,
  guid: [8, 4, 4, 4, 12].map((length) => `[0-9a-fA-F]{${length}}`).join('-'),
  alpha: '[A-Za-z]+',
  bool: '(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])',
}

/** Constraints with numbers in parentheses. */
const LENGTHS: Record<string, (numbers: string) => string | undefined> = {
  length: (numbers) => (/^\d+(?:,\d+)?$/.test(numbers) ? `.{${numbers}}` : undefined),
  minlength: (numbers) => (/^\d+$/.test(numbers) ? `.{${numbers},}` : undefined),
  maxlength: (numbers) => (/^\d+$/.test(numbers) ? `.{1,${numbers}}` : undefined),
}

/** Undefined when the segment has something that is not understood. */
export function routerPart(segment: string): string | undefined {
  let isUnderstood = true
  const rest = segment.replaceAll(/\{(\w+)(?::(\w+)(?:\(([\d, ]*)\))?)?\}/g, '')
  const part = segment.replaceAll(
    /\{(\w+)(?::(\w+)(?:\(([\d, ]*)\))?)?\}/g,
    (_all, name: string, constraint?: string, numbers?: string) => {
      if (constraint === undefined) return `:${name}`
      const pattern = patternOf(constraint.toLowerCase(), numbers?.replaceAll(' ', ''))
      isUnderstood &&= pattern !== undefined
      return `:${name}(^${pattern}$)`
    },
  )
  return isUnderstood && !/[{}]/.test(rest) ? part : undefined
}

const patternOf = (constraint: string, numbers: string | undefined): string | undefined =>
  numbers === undefined ? CONSTRAINTS[constraint] : LENGTHS[constraint]?.(numbers)
