// Reads a property of a value, and complains where there is none.
import type { Node } from 'web-tree-sitter'
import { joinPath } from './hold.ts'
import type { Scope } from './scope.ts'
import type { Property } from './shape.ts'
import { ANYTHING, alternatives, either, placeOf, TEXT, type Value } from './value.ts'

/** What a property of a value is. */
export function read(value: Value, name: string, safe: boolean, node: Node, scope: Scope): Value {
  const missing = () => {
    scope.complain(placeOf(scope.file, node), `${node.text}: there is no ${name}`)
    return ANYTHING
  }
  return either(
    ...alternatives(value).map((each): Value => {
      if (each.is === 'null') return each
      if ((each.is === 'resource' || each.is === 'module') && each.conditional && !safe) {
        scope.complain(
          placeOf(scope.file, node),
          `${node.text}: what it reads is there on a condition only; read it by .?`,
        )
      }
      if (each.is === 'object') {
        const found = each.entries.get(name) ?? each.others
        return found ?? (safe ? { is: 'null' } : missing())
      }
      if (each.is === 'module') {
        if (name === 'name') return TEXT
        return name === 'outputs' ? { is: 'outputs', of: each } : missing()
      }
      if (each.is === 'outputs') return each.of.output(name) ?? missing()
      if (each.is === 'resource') {
        if (name === 'id') return TEXT
        if (name === 'name') return each.name()
        const type = scope.typeOf(each.target)
        return type ? ofProperty({ shape: type.body }, each.target, '', name, missing, scope) : ANYTHING
      }
      if (each.is === 'read') return ofProperty(each.property, each.type, each.path, name, missing, scope)
      return each.is === 'any' ? each : missing()
    }),
  )
}

function ofProperty(
  { shape }: Property,
  type: string,
  path: string,
  name: string,
  missing: () => Value,
  scope: Scope,
): Value {
  if (shape.is !== 'object') return shape.is === 'any' ? ANYTHING : missing()
  const property = shape.properties.get(name)
  if (property?.only === 'write' || !(property ?? shape.others)) return missing()
  const own = joinPath(path, property ? name : '*')
  const found = property ?? { shape: shape.others! }
  scope.reach(type, own, found)
  return { is: 'read', property: found, type, path: own }
}
