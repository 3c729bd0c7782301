// Operators with the service's rules: three-valued logic over `undefined`, no conversion between types.
import type { BinaryOperator } from './ast.ts'
import type { Environment, Evaluate } from './compiled.ts'
import { compareValues, equalValues, rankOf } from './values.ts'

const bothNumbers =
  (apply: (a: number, b: number) => number) =>
  (a: unknown, b: unknown): unknown => {
    if (typeof a !== 'number' || typeof b !== 'number') return undefined
    const result = apply(a, b)
    return Number.isFinite(result) ? result : undefined
  }

/** Only values of one ordered type can be compared; numbers with numbers, strings with strings, and so on. */
const ordered =
  (test: (order: number) => boolean) =>
  (a: unknown, b: unknown): unknown => {
    if (a === undefined || b === undefined) return undefined
    const bothBoolean = typeof a === 'boolean' && typeof b === 'boolean'
    if (!bothBoolean && rankOf(a) !== rankOf(b)) return undefined
    if (typeof a === 'object' && a !== null) return undefined
    return test(compareValues(a, b))
  }

const STRICT: Partial<Record<BinaryOperator, (a: unknown, b: unknown) => unknown>> = {
  '=': (a, b) => (a === undefined || b === undefined ? undefined : equalValues(a, b)),
  '!=': (a, b) => (a === undefined || b === undefined ? undefined : !equalValues(a, b)),
  '<': ordered((order) => order < 0),
  '>': ordered((order) => order > 0),
  '<=': ordered((order) => order <= 0),
  '>=': ordered((order) => order >= 0),
  '+': bothNumbers((a, b) => a + b),
  '-': bothNumbers((a, b) => a - b),
  '*': bothNumbers((a, b) => a * b),
  '/': bothNumbers((a, b) => a / b),
  '%': bothNumbers((a, b) => a % b),
  '&': bothNumbers((a, b) => a & b),
  '|': bothNumbers((a, b) => a | b),
  '^': bothNumbers((a, b) => a ^ b),
  '<<': bothNumbers((a, b) => a << b),
  '>>': bothNumbers((a, b) => a >> b),
  '>>>': bothNumbers((a, b) => a >>> b),
  '||': (a, b) => (typeof a === 'string' && typeof b === 'string' ? a + b : undefined),
}

function logical(operator: 'and' | 'or', left: Evaluate, right: Evaluate): Evaluate {
  // One side alone decides: false for AND, true for OR, even when the other is undefined.
  const decisive = operator === 'or'
  return (env: Environment) => {
    const a = left(env)
    if (a === decisive) return decisive
    const b = right(env)
    if (b === decisive) return decisive
    return typeof a === 'boolean' && typeof b === 'boolean' ? !decisive : undefined
  }
}

export const operators = {
  unary(operator: 'not' | '-' | '+' | '~', operand: Evaluate): Evaluate {
    if (operator === 'not') {
      return (env) => {
        const value = operand(env)
        return typeof value === 'boolean' ? !value : undefined
      }
    }
    return (env) => {
      const value = operand(env)
      if (typeof value !== 'number') return undefined
      return operator === '-' ? -value : operator === '~' ? ~value : value
    }
  },
  binary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
    if (operator === 'and' || operator === 'or') return logical(operator, left, right)
    if (operator === '??') {
      return (env) => {
        const value = left(env)
        return value === undefined ? right(env) : value
      }
    }
    const apply = STRICT[operator]!
    return (env) => apply(left(env), right(env))
  },
}

/** LIKE: `%` any text, `_` one character, `[a-c]` and `[^a-c]` sets, and an optional escape character. */
export function likePattern(operand: Evaluate, pattern: Evaluate, mark?: Evaluate): Evaluate {
  let lastPattern: string | undefined
  let lastRegex: RegExp | undefined
  return (env) => {
    const text = operand(env)
    const like = pattern(env)
    const escapeChar = mark?.(env)
    if (typeof text !== 'string' || typeof like !== 'string') return undefined
    const key = `${String(escapeChar)} ${like}`
    if (key !== lastPattern) {
      lastPattern = key
      lastRegex = likeRegex(like, typeof escapeChar === 'string' ? escapeChar : undefined)
    }
    return lastRegex!.test(text)
  }
}

function likeRegex(like: string, escapeChar: string | undefined): RegExp {
  let source = ''
  for (let i = 0; i < like.length; i++) {
    const char = like[i]!
    const set = char === '[' ? /^\[(\^?)([^\]]+)\]/.exec(like.slice(i)) : null
    if (char === escapeChar && i + 1 < like.length) source += literal(like[++i]!)
    else if (char === '%') source += '.*'
    else if (char === '_') source += '.'
    else if (set) {
      source += `[${set[1]}${set[2]!.replace(/[\\\]^]/g, '\\$&')}]`
      i += set[0].length - 1
    } else source += literal(char)
  }
  return new RegExp(`^${source}$`, 's')
}

const literal = (char: string) => char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
