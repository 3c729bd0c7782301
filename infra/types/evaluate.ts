// Turns an expression of Bicep into what it may be, and finds reads of what is not there.
import type { Node } from 'web-tree-sitter'
import { named } from './bicep.ts'
import { giveOf, itemsOf } from './functions.ts'
import { narrowed } from './narrow.ts'
import { read } from './read.ts'
import { type Scope, withNames } from './scope.ts'
import { ANYTHING, alternatives, either, exactly, joined, placeOf, type Value } from './value.ts'

export function evaluate(node: Node, scope: Scope): Value {
  const parts = named(node)
  const at = placeOf(scope.file, node)
  switch (node.type) {
    case 'string':
      return { ...textOf(node, scope), at }
    case 'number':
      return { is: 'int', number: Number(node.text), at }
    case 'boolean':
      return { is: 'bool', at }
    case 'null':
      return { is: 'null' }
    case 'array':
      return { is: 'array', items: parts.map((each) => evaluate(each, scope)), at }
    case 'object':
      return { ...objectOf(parts, scope), at }
    case 'identifier':
      return scope.lookUp(node.text) ?? ANYTHING
    case 'parenthesized_expression':
      return evaluate(parts[0]!, scope)
    case 'nullable_type':
      return either(...alternatives(evaluate(parts[0]!, scope)).filter(({ is }) => is !== 'null'))
    case 'lambda_expression':
      return evaluate(parts[1]!, scope)
    case 'unary_expression': {
      const value = evaluate(parts[0]!, scope)
      return node.text.startsWith('!') ? { is: 'bool' } : value
    }
    case 'binary_expression':
      return operate(node, evaluate(parts[0]!, scope), evaluate(parts[1]!, scope))
    case 'member_expression':
    case 'ternary_expression':
      return lastly(node, scope, (value) => value)
    case 'subscript_expression':
      return indexed(node, scope)
    case 'for_statement':
      return { is: 'array', items: eachOf(node, scope).map(([body, inner]) => evaluate(body, inner)), at }
    case 'call_expression':
      return called(node, scope)
    default:
      scope.complain(at, `the check does not know the syntax ${node.type}`)
      return ANYTHING
  }
}

/** The grammar takes `a ? b : c.d` for (a ? b : c).d: what is read is read of the last operand. */
function lastly(node: Node, scope: Scope, apply: (value: Value) => Value): Value {
  const parts = named(node)
  if (node.type === 'member_expression')
    return lastly(parts[0]!, scope, (value) => apply(read(value, parts[1]!.text, isSafe(node), node, scope)))
  if (node.type === 'ternary_expression') {
    const [condition, yes, no] = parts
    evaluate(condition!, scope)
    const first = evaluate(yes!, narrowed(condition!, true, scope))
    return either(first, lastly(no!, narrowed(condition!, false, scope), apply))
  }
  if (node.type === 'binary_expression')
    return operate(node, evaluate(parts[0]!, scope), lastly(parts[1]!, scope, apply))
  return apply(evaluate(node, scope))
}

/** The body of a loop with what its names stand for, once for each item that is known. */
export function eachOf(loop: Node, scope: Scope): [Node, Scope][] {
  const [head, list, body] = named(loop)
  const [item, index] = head!.type === 'for_loop_parameters' ? named(head!) : [head!]
  const items = itemsOf(evaluate(list!, scope))
  return (items.length > 0 ? items : [ANYTHING]).map((value) => [
    body!,
    withNames(scope, { [item!.text]: value, ...(index && { [index.text]: { is: 'int' } satisfies Value }) }),
  ])
}

function textOf(node: Node, scope: Scope): Value {
  const parts = named(node).map((part) =>
    part.type === 'interpolation' ? evaluate(named(part)[0]!, scope) : exactly(unescaped(part.text)),
  )
  return joined(parts)
}

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, sign: string) => ({ n: '\n', r: '\r', t: '\t' })[sign] ?? sign)

function objectOf(properties: Node[], scope: Scope): Value {
  const entries = new Map<string, Value>()
  const places = new Map<string, string>()
  let others: Value | undefined
  for (const property of properties) {
    const [key, node] = named(property)
    const value = evaluate(node!, scope)
    const place = placeOf(scope.file, property)
    if (isExcused(property)) continue
    const name = key!.type === 'string' ? textOf(key!, scope) : exactly(key!.text)
    const text = name.is === 'string' && !name.inexact && name.texts?.length === 1 ? name.texts[0] : undefined
    if (text === undefined) others = value
    else {
      if (entries.has(text)) scope.complain(place, `${text} is given twice`)
      entries.set(text, value)
      places.set(text, place)
    }
  }
  return { is: 'object', entries, places, others }
}

/** `#disable-next-line BCP037` is how a template says that a property is right and its published type is behind. */
const isExcused = ({ previousNamedSibling: before }: Node): boolean =>
  before?.type === 'diagnostic_comment' && /disable-next-line.* BCP037/.test(before.text)

function operate(node: Node, left: Value, right: Value): Value {
  const operator = node.children.find((child) => child && !child.isNamed)?.type ?? ''
  if (operator === '??') return either(...alternatives(left).filter(({ is }) => is !== 'null'), right)
  return ['+', '-', '*', '/', '%'].includes(operator) ? { is: 'int' } : { is: 'bool' }
}

const isSafe = (node: Node): boolean =>
  node.children.some((child) => child?.type === '.?' || child?.type === '?')

function indexed(node: Node, scope: Scope): Value {
  const [object, index] = named(node).map((each) => evaluate(each, scope))
  if (index!.is !== 'string') return either(...itemsOf(object!))
  if (!index!.texts || index!.inexact) return ANYTHING
  return either(...index!.texts.map((name) => read(object!, name, isSafe(node), node, scope)))
}

function called(node: Node, scope: Scope): Value {
  const [name, list] = named(node)
  const args = named(list!)
  const lambdas = args.map(lambdaIn)
  const give = giveOf(name!.text)
  if (!give) {
    scope.complain(placeOf(scope.file, node), `the check does not know the function ${name!.text}`)
    return ANYTHING
  }
  const apply = (item: Value): Value => {
    const parameter = named(lambdas[1]!)[0]!.text.replace(/[()\s]/g, '')
    return evaluate(args[1]!, withNames(scope, { [parameter]: item }))
  }
  const values = args.map((arg, index) => (lambdas[index] ? ANYTHING : evaluate(arg, scope)))
  const [first] = values
  // What a filter asks is of no account, but what it reads must be there.
  if (name!.text === 'filter') itemsOf(first!).forEach(apply)
  return give({ file: scope.file, args: values, apply })
}

/** The grammar takes `each => each.a` for (each => each).a: the lambda lies where an expression begins. */
function lambdaIn(node: Node): Node | undefined {
  if (node.type === 'lambda_expression') return node
  const [first] = /^(member|subscript|binary|ternary)_expression$/.test(node.type) ? named(node) : []
  return first && lambdaIn(first)
}
