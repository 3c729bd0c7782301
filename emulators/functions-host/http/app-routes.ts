// The routes of an app: those of its functions, and beside them those of the disabled ones.
import type { HostedFunction } from '../hosted-function.ts'
import { createRoutes, httpFunction, type Match } from './routes.ts'

type Find = (method: string, path: string) => Match | undefined

export interface AppRoutes {
  find: Find
  /** Of the disabled functions, which may have the same routes as others. */
  findDisabled: Find
  /** Tells each HTTP function its address. */
  locate(url: string): void
}

/** @throws Error naming the function whose route or access level is not understood, or taken. */
export function createAppRoutes(functions: HostedFunction[], prefix: string): AppRoutes {
  const http = functions.filter((one) => one.type === 'httptrigger')
  const routed = http.map((hosted) => ({ hosted, target: httpFunction(hosted) }))
  const which = (disabled: boolean): Find => {
    const these = routed.filter(({ hosted }) => hosted.disabled === disabled)
    return createRoutes(
      these.map(({ target }) => target),
      prefix,
    )
  }
  return {
    find: which(false),
    findDisabled: which(true),
    locate(url) {
      for (const { hosted, target } of routed) {
        hosted.url = [url, prefix, target.route].filter(Boolean).join('/')
      }
    },
  }
}
