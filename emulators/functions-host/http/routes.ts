// From HTTP triggers to a router: ASP.NET route templates (`{p}`, `{p?}`, `{p:int}`, `{*rest}`) on find-my-way.
// Literal segments win over parameters, constrained ones over free ones; case does not matter.
import type { HTTPMethod } from 'find-my-way'
import createRouter from 'find-my-way'
import type { RegisteredFunction } from '../app/core-api.ts'
import type { HostedFunction } from '../hosted-function.ts'
import { type Level, wantedLevel } from '../keys/authorize.ts'
import { routerPart } from './route-parts.ts'

export interface HttpFunction {
  target: RegisteredFunction
  /** Name of the trigger binding, under which the request is handed over. */
  binding: string
  route: string
  methods: string[]
  authLevel: Level
  /** Why the function does not run. */
  refused?: string | undefined
}

export interface Match {
  target: HttpFunction
  params: Record<string, string>
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const

/**
 * Reads an `httpTrigger` binding. The route defaults to the function's name, the methods to all.
 * @throws Error naming the function when its `authLevel` is none.
 */
export function httpFunction({ target, bindingName, binding, refused }: HostedFunction): HttpFunction {
  const { route, methods } = binding
  return {
    target,
    refused,
    binding: bindingName,
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
        const why = /already declared/.test(String(cause)) ? 'clashes with another one' : String(cause)
        throw new Error(`Function "${name}": route "${target.route}": ${why}.`, { cause })
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

/** The router's paths of one template: each optional part at its end, and a catch-all, makes one more. */
function paths({ route, target }: HttpFunction, prefix: string): string[] {
  const found: string[] = []
  const parts: string[] = []
  const segments = [prefix, route].join('/').split('/').filter(Boolean)
  for (const [index, segment] of segments.entries()) {
    const isOptional = /^\{[^{}]+\?\}$/.test(segment)
    const isRest = /^\{\*\*?\w+\}$/.test(segment) && index === segments.length - 1
    if (isOptional || isRest) found.push(path(parts))
    const isMisplaced = found.length > 0 && !isOptional && !isRest
    const part = isRest ? '*' : isMisplaced ? undefined : routerPart(segment.replace(/\?\}$/, '}'))
    if (part === undefined) {
      throw new Error(`Function "${target.metadata.name}": "${segment}" is not implemented in a route.`)
    }
    parts.push(part)
  }
  return [...found, path(parts)]
}

const path = (parts: string[]): string => `/${parts.join('/')}`

function named({ route }: HttpFunction, params: Record<string, string>): Record<string, string> {
  const rest = params['*']
  if (rest === undefined) return params
  const { '*': _, ...others } = params
  const name = /\{\*\*?(\w+)\}/.exec(route)?.[1]
  return name ? { ...others, [name]: rest } : others
}
