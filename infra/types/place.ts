// Where resources and modules stand: scopes, parents, what they wait for, and what must be known when a deployment starts.
import type { Node } from 'web-tree-sitter'
import { bodyOf, type Declaration, descendants, named, type Template, unquote } from './bicep.ts'
import { evaluate } from './evaluate.ts'
import { lastOf } from './instance.ts'
import type { Scope } from './scope.ts'
import type { ResourceType } from './shape.ts'
import { alternatives, type Value } from './value.ts'

type Complain = (text: string) => void

/** The scope that a file deploys to: the resource group, where it does not say. */
export const scopeOf = ({ root }: Template): string =>
  /^targetScope = '(\w+)'/m.exec(root.text)?.[1] ?? 'resourceGroup'

/** Parent and scope of a resource fit its type. */
export function checkPlace(
  target: string,
  type: ResourceType,
  body: Node,
  {
    template,
    scope,
    existing,
    complain,
  }: { template: Template; scope: Scope; existing: boolean; complain: Complain },
): void {
  const own = target.split('@')[0]!
  const at = bodyOf(body)
  const name = at.get('name')
  const parent = at.get('parent')
  if (parent) {
    const expected = own.split('/').slice(0, -1).join('/')
    for (const each of alternatives(evaluate(parent, scope))) {
      if (each.is !== 'resource') complain('parent is no resource')
      else if (each.type !== expected) complain(`parent is a ${each.type}, not a ${expected}`)
    }
  }
  const slashes = parent ? 0 : own.split('/').length - 2
  for (const text of name ? textsOf(evaluate(name, scope)) : []) {
    if (text.split('/').length - 1 !== slashes)
      complain(`name '${text}' has not the ${slashes + 1} segments of its type`)
  }
  const given = at.get('scope')
  const isOn = given && evaluate(given, scope)
  if (isOn && isOn.is !== 'resource' && isOn.is !== 'any') complain('scope is no resource')
  const place = isOn ? 'extension' : scopeOf(template)
  if (!existing && !type.scopes.includes(place)) complain(`is not deployed to a scope ${place}`)
  checkWaits(body, scope, complain)
}

/** A module that deploys to a resource group is given one. */
export function checkModulePlace(
  target: Template,
  body: Node,
  scope: Scope,
  template: Template,
  complain: Complain,
): void {
  const given = bodyOf(body).get('scope')
  const value = given && evaluate(given, scope)
  const isSymbol = value?.is === 'resource' && value.type === 'Microsoft.Resources/resourceGroups'
  const isGroup = isSymbol || given?.text.startsWith('resourceGroup(')
  const place = isGroup ? 'resourceGroup' : given ? 'unknown' : scopeOf(template)
  if (place !== scopeOf(target)) complain(`is deployed to a scope ${place}, not ${scopeOf(target)}`)
  for (const name of bodyOf(body).keys()) {
    if (!['name', 'scope', 'params', 'dependsOn'].includes(name)) complain(`there is no property ${name}`)
  }
  checkWaits(body, scope, complain)
}

function checkWaits(body: Node, scope: Scope, complain: Complain): void {
  const list = bodyOf(body).get('dependsOn')
  for (const each of list ? named(list) : []) {
    const value = evaluate(each, scope)
    const one = value.is === 'array' ? value.items[0]! : value
    if (one.is !== 'resource' && one.is !== 'module')
      complain(`waits for ${each.text}, which is no resource and no module`)
  }
}

const textsOf = (value: Value): string[] =>
  alternatives(value).flatMap((each) => (each.is === 'string' && each.texts) || [])

const late = new WeakMap<Template, Node[]>()

/** Names, scopes, conditions and lists of loops that take what is only known when something is deployed. */
export function unknownAtStart(template: Template): Node[] {
  const known = late.get(template) ?? findLate(template)
  late.set(template, known)
  return known
}

function findLate(template: Template): Node[] {
  const needed = template.declarations
    .filter(({ kind }) => kind === 'resource' || kind === 'module')
    .flatMap(({ node }) => {
      const inner = descendants(lastOf(node))
      const conditions = inner.filter(({ type }) => type === 'if_statement').map((each) => named(each)[0]!)
      const body = inner.find(({ type }) => type === 'object')!
      const own = bodyOf(body)
      return [...conditions, ...['name', 'scope', 'parent'].flatMap((key) => own.get(key) ?? [])]
    })
  const lists = descendants(template.root).flatMap((node) =>
    node.type === 'for_statement' ? named(node)[1]! : [],
  )
  return [...needed, ...lists].filter((node) => comesLate(node, template, new Set()))
}

function comesLate(node: Node, template: Template, seen: Set<string>): boolean {
  return descendants(node).some((each) => {
    if (each.type === 'member_expression') return readsLate(each, template)
    if (each.type !== 'identifier' || seen.has(each.text)) return false
    const variable = template.declarations.find(({ kind, name }) => kind === 'var' && name === each.text)
    return variable !== undefined && comesLate(lastOf(variable.node), template, seen.add(each.text))
  })
}

const KNOWN = ['id', 'name', 'type', 'apiVersion']

function readsLate(node: Node, template: Template): boolean {
  const [object, property] = named(node)
  let symbol = object!
  // The grammar takes `a ? b : c.d` for (a ? b : c).d.
  while (/^(ternary|binary)_expression$/.test(symbol.type)) symbol = named(symbol).at(-1)!
  if (symbol.type === 'subscript_expression') symbol = named(symbol)[0]!
  const isOne = ({ kind, name }: Declaration) =>
    (kind === 'resource' || kind === 'module') && name === symbol.text
  return template.declarations.some(isOne) && !KNOWN.includes(unquote(property!.text))
}
