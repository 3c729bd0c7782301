// CORS as the local host does it (Host.CORS of local.settings.json): any header, any method, listed origins.
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Cors {
  /** Sets the answer's CORS headers; true when the request was a preflight and has been answered. */
  apply(request: IncomingMessage, response: ServerResponse): boolean
}

/** `origins` is `*` or a comma-separated list; undefined turns CORS off. */
export function createCors(origins: string | undefined, credentials: boolean): Cors {
  if (origins === undefined || origins.trim() === '') return { apply: () => false }
  const list = origins.split(',').map((origin) => origin.trim().replace(/\/$/, '').toLowerCase())
  const any = list.includes('*')
  return {
    apply(request, response) {
      const { origin } = request.headers
      if (origin === undefined) return false
      const preflight =
        request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
      if (any || list.includes(origin.toLowerCase())) {
        response.setHeader('access-control-allow-origin', any && !credentials ? '*' : origin)
        if (!any || credentials) response.setHeader('vary', 'Origin')
        if (credentials) response.setHeader('access-control-allow-credentials', 'true')
        if (preflight) {
          response.setHeader(
            'access-control-allow-methods',
            request.headers['access-control-request-method']!,
          )
          const headers = request.headers['access-control-request-headers']
          if (headers) response.setHeader('access-control-allow-headers', headers)
          response.setHeader('access-control-max-age', '600')
        }
      }
      if (!preflight) return false
      response.writeHead(204).end()
      return true
    },
  }
}
