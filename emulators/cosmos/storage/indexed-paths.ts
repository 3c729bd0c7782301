// An indexing policy made askable: is this path indexed, how many indexed paths does a document have, and is there
// a composite index for this ORDER BY. The most precise rule wins, as in
// https://learn.microsoft.com/azure/cosmos-db/index-policy#include-exclude-paths
import { isObject, splitPath } from '../items/partition-key.ts'
import type { IndexingPolicy } from './definition.ts'

export interface IndexedPaths {
  /** Whether values at the path are indexed. */
  includes(path: readonly string[]): boolean
  /** The number of distinct indexed paths with a value in the document, besides its id; an array's elements count as one. */
  count(document: Record<string, unknown>): number
  /** Whether a composite index serves an ORDER BY over these paths, forwards or backwards. */
  composite(order: readonly { path: readonly string[]; descending: boolean }[]): boolean
  /** Paths named one by one by the policy. */
  readonly explicit: readonly string[][]
  readonly composites: readonly { path: string[]; descending: boolean }[][]
}

interface Node {
  children: Map<string, Node>
  /** The rule for a value exactly here (`/?`). */
  exact?: boolean
  /** The rule for this and everything below (`/*`). */
  below?: boolean
}

export function createIndexedPaths(policy: IndexingPolicy): IndexedPaths {
  const root: Node = { children: new Map() }
  for (const { path } of policy.excludedPaths) addRule(root, path, false)
  for (const { path } of policy.includedPaths) addRule(root, path, true)
  const active = policy.indexingMode !== 'none'
  const composites = (policy.compositeIndexes ?? []).map((paths) =>
    paths.map(({ path, order }) => ({ path: splitPath(path), descending: order === 'descending' })),
  )

  const includes = (path: readonly string[]) => {
    if (!active) return false
    // The service indexes both whatever the policy says.
    if (path.length === 1 && (path[0] === 'id' || path[0] === '_ts')) return true
    let node: Node | undefined = root
    let verdict = root.below ?? false
    for (const name of path) {
      node = node.children.get(name) ?? node.children.get('*')
      if (!node) return verdict
      verdict = node.below ?? verdict
    }
    return node.exact ?? verdict
  }

  const walk = (value: unknown, node: Node | undefined, inherited: boolean): number => {
    const verdict = node?.below ?? inherited
    if (!verdict && !node?.children.size && !node?.exact) return 0
    if (Array.isArray(value)) {
      const element = node?.children.get('[]')
      return value.reduce<number>((most, item) => Math.max(most, walk(item, element, verdict)), 0)
    }
    if (!isObject(value)) return (node?.exact ?? verdict) ? 1 : 0
    let total = 0
    for (const name of Object.keys(value)) {
      total += walk(value[name], node?.children.get(name) ?? node?.children.get('*'), verdict)
    }
    return total
  }

  return {
    includes,
    count(document) {
      if (!active) return 0
      const { id: _, ...others } = document
      return walk(others, root, false)
    },
    composite: (order) =>
      composites.some(
        (index) =>
          index.length === order.length &&
          index.every(({ path }, i) => path.join('\0') === order[i]!.path.join('\0')) &&
          new Set(index.map(({ descending }, i) => descending === order[i]!.descending)).size === 1,
      ),
    explicit: active
      ? policy.includedPaths
          .filter(({ path }) => path.endsWith('/?') && !/\/(\[\]|\*)/.test(path))
          .map(({ path }) => splitPath(path.slice(0, -2)))
      : [],
    composites,
  }
}

function addRule(root: Node, path: string, included: boolean): void {
  const names = splitPath(path === '/' ? '/*' : path)
  const last = names.at(-1)
  const scalar = last === '?'
  const steps = scalar || last === '*' ? names.slice(0, -1) : names
  let node = root
  for (const name of steps) {
    let child = node.children.get(name)
    if (!child) {
      child = { children: new Map() }
      node.children.set(name, child)
    }
    node = child
  }
  if (scalar) node.exact = included
  else node.below = included
}
