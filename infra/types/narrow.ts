// What a condition says of the branch behind it: in `empty(a) ? b : a` the second a is not empty.
import type { Node } from 'web-tree-sitter'
import { named } from './bicep.ts'
import { alternatives, either, type Value } from './value.ts'

interface Names {
  lookUp: (name: string) => Value | undefined
}

/** The names of a branch; `holds` says whether it is the one for a condition that is true. */
export function narrowed<T extends Names>(condition: Node, holds: boolean, names: T): T {
  const parts = named(condition)
  if (condition.type === 'parenthesized_expression') return narrowed(parts[0]!, holds, names)
  if (condition.type === 'unary_expression' && condition.text.startsWith('!'))
    return narrowed(parts[0]!, !holds, names)
  if (condition.type !== 'call_expression' || parts[0]!.text !== 'empty' || holds) return names
  const [asked] = named(parts[1]!)
  if (asked?.type !== 'identifier') return names
  return {
    ...names,
    lookUp: (name) => {
      const value = names.lookUp(name)
      return name === asked.text && value ? filled(value) : value
    },
  }
}

const filled = (value: Value): Value =>
  either(
    ...alternatives(value).map((each) =>
      each.is === 'string' && each.texts
        ? { ...each, texts: each.texts.filter((text) => text !== '') }
        : each,
    ),
  )
