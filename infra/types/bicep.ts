// Reads Bicep with its grammar, as far as checks need it: what a file declares, what it names, what it hands on.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { Language, type Node, Parser } from 'web-tree-sitter'

export interface Declaration {
  kind: 'param' | 'var' | 'resource' | 'module' | 'output'
  name: string
  node: Node
  description: string | undefined
}

export interface Template {
  file: string
  /** Where the grammar does not fit, line and text. */
  faults: string[]
  declarations: Declaration[]
  /** Names that are used anywhere but where they are declared. */
  uses: { name: string; line: number }[]
  root: Node
}

await Parser.init()
const grammar = createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')
const parser = new Parser().setLanguage(await Language.load(grammar))

const KINDS: Record<string, Declaration['kind']> = {
  parameter_declaration: 'param',
  variable_declaration: 'var',
  resource_declaration: 'resource',
  module_declaration: 'module',
  output_declaration: 'output',
}

export function readTemplate(file: string, text = readFileSync(file, 'utf8')): Template {
  const root = parser.parse(text)!.rootNode
  const all = descendants(root)
  return {
    file,
    faults: all
      .filter((node) => node.isError || node.isMissing)
      .map((node) => `${file}:${node.startPosition.row + 1} ${node.text.slice(0, 60)}`),
    declarations: all.filter((node) => node.type in KINDS).map(toDeclaration),
    uses: all.filter(isUse).map((node) => ({ name: node.text, line: node.startPosition.row + 1 })),
    root,
  }
}

export function descendants(node: Node): Node[] {
  return [node, ...node.children.flatMap((child) => (child ? descendants(child) : []))]
}

function toDeclaration(node: Node): Declaration {
  const before = node.previousNamedSibling
  const text = before?.type === 'decorators' ? before.text : ''
  return {
    kind: KINDS[node.type]!,
    name: named(node)[0]!.text,
    node,
    description: /@description\('((?:[^'\\]|\\.)*)'\)/.exec(text)?.[1],
  }
}

/** Names that loops and lambdas bring in; where they hold is not looked at. */
export function localNames({ root }: Template): string[] {
  return descendants(root).flatMap((node) => {
    if (node.type === 'loop_variable' || node.type === 'loop_enumerator') return [node.text]
    if (node.type === 'lambda_expression' || node.type === 'for_statement') {
      const [first] = named(node)
      return first?.type === 'identifier' ? [first.text] : []
    }
    return []
  })
}

function isUse(node: Node): boolean {
  const parent = node.parent
  if (node.type !== 'identifier' || !parent || node.text === '') return false
  const first = named(parent)[0]!.id === node.id
  if (parent.type in KINDS || parent.type === 'metadata_declaration') return !first
  const introduces = ['object_property', 'call_expression', 'lambda_expression', 'for_statement', 'decorator']
  return !(introduces.includes(parent.type) && first)
}

/** What a node is made of, punctuation and comments left out. */
export const named = (node: Node): Node[] =>
  node.namedChildren.filter((child): child is Node => child !== null && !child.type.includes('comment'))

/** The type and version of a resource, or the path of a module: the string after the name. */
export const targetOf = ({ node }: Declaration): string => unquote(named(node)[1]!.text)

export const isExisting = ({ node }: Declaration): boolean => /^resource \w+ '[^']+' existing/.test(node.text)

export const hasDefault = ({ node }: Declaration): boolean => named(node).length > 2

/** The text of a parameter's type. */
export const typeOf = ({ node }: Declaration): string =>
  named(node).find((child) => child.type === 'type')?.text ?? ''

/** Keys and values of the outermost object in a declaration; of a loop or a condition, the object in it. */
export function bodyOf(node: Node): Map<string, Node> {
  const object = node.type === 'object' ? node : descendants(node).find((each) => each.type === 'object')
  const properties = object ? named(object).filter((each) => each.type === 'object_property') : []
  return new Map(properties.map((property) => [unquote(named(property)[0]!.text), named(property)[1]!]))
}

/** `disableLocalAuth` in `properties` is found by `valueAt(resource, 'properties', 'disableLocalAuth')`. */
export function valueAt(declaration: Declaration, ...path: string[]): string | undefined {
  const bodies = descendants(declaration.node).filter((node) => node.type === 'object')
  let node: Node | undefined = bodies[0]
  for (const key of path) node = node && bodyOf(node).get(key)
  return node?.text
}

/** What a module is given. */
export function paramsOf(module: Declaration): Map<string, Node> {
  const params = bodyOf(module.node).get('params')
  return params ? bodyOf(params) : new Map()
}

export const modulePath = (template: Template, module: Declaration): string =>
  normalize(join(dirname(template.file), targetOf(module)))

export const unquote = (text: string): string => text.replace(/^'([\s\S]*)'$/, '$1')
