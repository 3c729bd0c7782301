// From HTTP triggers to a router: ASP.NET route templates (`{p}`, `{p?}`, `{p:int}`, `{*rest}`) on find-my-way.
// Literal segments win over parameters, constrained ones over free ones; case does not matter.
import type { HTTPMethod } from 'find-my-way'
import createRouter from 'find-my-way'
import type { RegisteredFunction } from '../app/core-api.ts'
import type { Binding } from '../app/core-types.ts'
import { type Level, wantedLevel } from '../keys/authorize.ts'

export interface HttpFunction {
  target: RegisteredFunction
  /** Name of the trigger binding, under which the request is handed over. */
  binding: string
  route: string
  methods: string[]
  authLevel: Level
}

export interface Match {
  target: HttpFunction
  params: Record<string, string>
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const

/** https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints */
const CONSTRAINTS: Record<string, string> = {
  int: '-?\\d+',
  long: '-?\\d+',
  guid: '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  alpha: '[A-Za-z]+',
  bool: '(?:true|false)',
}

/**
 * Reads an `httpTrigger` binding. The route defaults to the function's name, the methods to all.
 * @throws Error naming the function when its `authLevel` is none.
 */
export function httpFunction(target: RegisteredFunction, name: string, binding: Binding): HttpFunction {
  const { route, methods } = binding
  return {
    target,
    binding: name,
    route: typeof route === 'string' && route !== '' ? route.replace(/^\//, '') : target.metadata.name,
    methods:
      Array.isArray(methods) && methods.length > 0
        ? methods.map((one) => String(one).toUpperCase())
        : [...METHODS],
    authLevel: wantedLevel(target.metadata.name, binding.authLevel),
  }
}

/**
 * A lookup from method and path to a function and its decoded parameters; undefined when nothing matches.
 * @throws Error at once for a route template that is not understood, or two functions with the same route and method.
 */
export function createRoutes(functions: HttpFunction[], prefix: string) {
  const router = createRouter({ caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: 4096 })
  for (const target of functions) {
    for (const path of paths(target, prefix)) {
      try {
        router.on(target.methods as HTTPMethod[], path, () => {}, target)
      } catch (cause) {
        const { name } = target.target.metadata
        throw new Error(`Function "${name}": route "${target.route}" clashes with another one.`, { cause })
      }
    }
  }
  return (method: string, path: string): Match | undefined => {
    // ASP.NET leaves an encoded slash encoded in a parameter; the router would decode it.
    const safe = path.includes('%2') ? path.replaceAll(/%2f/gi, '%252F') : path
    const found = router.find(method as HTTPMethod, safe)
    if (!found) return undefined
    const target = found.store as HttpFunction
    return { target, params: named(target, found.params as Record<string, string>) }
  }
}

/** The router's paths of one template: an optional or catch-all end makes two. */
function paths({ route, target }: HttpFunction, prefix: string): string[] {
  const parts: string[] = []
  const segments = [prefix, route].join('/').split('/').filter(Boolean)
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1
    const catchAll = /^\{\*\*?(\w+)\}$/.exec(segment)
    if (catchAll && last) return [path(parts), path([...parts, '*'])]
    const optional = /^\{(\w+)(?::(\w+))?\?\}$/.exec(segment)
    if (optional && last) return [path(parts), path([...parts, parameter(optional, target)])]
    parts.push(
      segment.replaceAll(/\{(\w+)(?::(\w+))?\}/g, (_all, name, constraint) => {
        return parameter([_all, name, constraint], target)
      }),
    )
    if (/[{}]/.test(parts.at(-1)!.replaceAll(/\(.*?\$\)/g, ''))) {
      throw new Error(`Function "${target.metadata.name}": "${segment}" is not implemented in a route.`)
    }
  }
  return [path(parts)]
}

const path = (parts: string[]): string => `/${parts.join('/')}`

function parameter(
  [, name, constraint]: readonly (string | undefined)[],
  { metadata }: RegisteredFunction,
): string {
  if (constraint === undefined) return `:${name}`
  const pattern = CONSTRAINTS[constraint.toLowerCase()]
  if (pattern) return `:${name}(^${pattern}$)`
  throw new Error(`Function "${metadata.name}": route constraint "${constraint}" is not implemented.`)
}

function named({ route }: HttpFunction, params: Record<string, string>): Record<string, string> {
  const rest = params['*']
  if (rest === undefined) return params
  const { '*': _, ...others } = params
  const name = /\{\*\*?(\w+)\}/.exec(route)?.[1]
  return name ? { ...others, [name]: rest } : others
}
