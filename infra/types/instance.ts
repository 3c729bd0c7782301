// A template with the parameters that it is given: what its names stand for, and the instances of the modules in it.
import { dirname, join, normalize } from 'node:path'
import type { Node } from 'web-tree-sitter'
import { bodyOf, type Declaration, named, type Template, targetOf } from './bicep.ts'
import { declaredShape } from './declared.ts'
import { eachOf, evaluate } from './evaluate.ts'
import type { Scope } from './scope.ts'
import { plain, TEXT, type Value } from './value.ts'

export interface Run extends Omit<Scope, 'file' | 'lookUp'> {
  read: (file: string) => Template
}

export interface Instance {
  template: Template
  scope: Scope
  /** What an output may be; undefined where there is none of the name. */
  output: (name: string) => Value | undefined
  /** What a module is with what it is given here, once for each round of a loop. */
  childrenOf: (module: Declaration) => Instance[]
}

/** Without `given`, parameters could be anything that they allow. */
export function instantiate(file: string, given: Map<string, Value> | undefined, run: Run): Instance {
  const template = run.read(file)
  const known = new Map<string, Value>()
  const modules = new Map<Declaration, Instance[]>()
  const scope: Scope = { ...run, file, lookUp }

  function lookUp(name: string): Value | undefined {
    const declaration = template.declarations.find((each) => each.kind !== 'output' && each.name === name)
    const value = known.get(name) ?? (declaration && standsFor(declaration))
    if (value) known.set(name, value)
    return value
  }

  function standsFor(declaration: Declaration): Value {
    const { kind, name, node } = declaration
    if (kind === 'var') return evaluate(lastOf(node), scope)
    if (kind === 'param') {
      const own = given?.get(name)
      if (own && own.is !== 'any') return own
      return given && named(node).length > 2 ? evaluate(lastOf(node), scope) : plain(declaredShape(node))
    }
    const { bodies, isLoop, conditional } = bodiesOf(node, scope)
    const values = bodies.map(([body, inner], index): Value => {
      if (kind === 'module')
        return {
          is: 'module',
          conditional,
          output: (output) => childrenOf(declaration)[index]!.output(output),
        }
      const target = targetOf(declaration)
      const nameNode = bodyOf(body).get('name')
      const ownName = () => (nameNode ? evaluate(nameNode, inner) : TEXT)
      return { is: 'resource', type: target.split('@')[0]!, target, conditional, name: ownName }
    })
    return isLoop ? { is: 'array', items: values } : values[0]!
  }

  function childrenOf(module: Declaration): Instance[] {
    const instances =
      modules.get(module) ??
      bodiesOf(module.node, scope).bodies.map(([body, inner]) => {
        const params = bodyOf(body).get('params')
        const value = params && evaluate(params, inner)
        const path = normalize(join(dirname(file), targetOf(module)))
        return instantiate(path, value?.is === 'object' ? value.entries : new Map(), run)
      })
    modules.set(module, instances)
    return instances
  }

  const output = (name: string): Value | undefined => {
    const declaration = template.declarations.find((each) => each.kind === 'output' && each.name === name)
    return declaration && evaluate(lastOf(declaration.node), scope)
  }
  return { template, scope, output, childrenOf }
}

/** What stands right of the `=`. */
export const lastOf = (declaration: Node): Node => named(declaration).at(-1)!

/** The objects that a resource or a module is declared by: one, or one for each known round of its loop. */
export function bodiesOf(declaration: Node, scope: Scope) {
  const last = lastOf(declaration)
  const isLoop = last.type === 'for_statement'
  const rounds = isLoop ? eachOf(last, scope) : [[last, scope] as const]
  const bodies = rounds.map(([body, inner]) => {
    const [condition, object] = body.type === 'if_statement' ? named(body) : [undefined, body]
    if (condition) evaluate(condition, inner)
    return [object!, inner] as const
  })
  return { bodies, isLoop, conditional: rounds.some(([body]) => body.type === 'if_statement') }
}
