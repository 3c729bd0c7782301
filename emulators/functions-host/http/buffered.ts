// HTTP without streaming: the request is read whole, handed over as data, and the answer comes back as data.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpData, NamedData, RpcCookie, TypedData } from '../app/core-types.ts'
import type { Invoke } from '../app/invoke.ts'
import type { Match } from './routes.ts'

/** Runs the function for a request and answers it. Rejects when the invocation fails; nothing has been sent then. */
export async function serveBuffered(
  invoke: Invoke,
  { target, params }: Match,
  invocationId: string,
  request: IncomingMessage,
  body: Buffer,
  origin: string,
  response: ServerResponse,
): Promise<void> {
  const inputData: NamedData[] = [
    { name: target.binding, data: { http: toHttpData(request, params, body, origin) } },
  ]
  const traceParent = request.headers.traceparent as string | undefined
  const { returnValue } = await invoke(target.target, { invocationId, inputData, traceParent })
  const http = returnValue?.http
  // https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-output
  if (!http) return void response.writeHead(204).end()
  for (const [name, value] of Object.entries(http.headers ?? {})) response.setHeader(name, value)
  if (http.cookies?.length) response.setHeader('set-cookie', http.cookies.map(serializeCookie))
  const bytes = toBytes(http.body)
  response.statusCode = Number(http.statusCode ?? 200)
  if (!response.hasHeader('content-length') && !noBody(response.statusCode)) {
    response.setHeader('content-length', bytes.length)
  }
  response.end(bytes)
}

function toHttpData(
  request: IncomingMessage,
  params: Record<string, string>,
  body: Buffer,
  origin: string,
): HttpData {
  const url = new URL(request.url!, origin)
  const query: Record<string, { value: string }> = {}
  for (const [key, value] of url.searchParams) {
    const known = query[key]
    query[key] = { value: known ? `${known.value},${value}` : value }
  }
  const headers: Record<string, { value: string }> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name] = { value: String(value) }
  const nullableParams: Record<string, { value: string }> = {}
  for (const [name, value] of Object.entries(params)) nullableParams[name] = { value }
  return {
    method: request.method!,
    url: url.href,
    nullableHeaders: headers,
    nullableQuery: query,
    nullableParams,
    body: { bytes: body },
  }
}

function toBytes(body: TypedData | null | undefined): Uint8Array {
  if (body?.bytes) return body.bytes
  return Buffer.from(body?.string ?? body?.json ?? '')
}

const noBody = (status: number): boolean => status === 204 || status === 205 || status === 304

/** In the order and the spelling of ASP.NET, for which a cookie without a path is one of the whole site. */
function serializeCookie(cookie: RpcCookie): string {
  const parts = [`${cookie.name}=${encodeURIComponent(cookie.value)}`]
  if (cookie.expires) parts.push(`expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`)
  if (cookie.maxAge) parts.push(`max-age=${Math.floor(cookie.maxAge.value)}`)
  if (cookie.domain) parts.push(`domain=${cookie.domain.value}`)
  parts.push(`path=${cookie.path?.value ?? '/'}`)
  if (cookie.secure?.value) parts.push('secure')
  const sameSite = { lax: 'lax', strict: 'strict', explicitNone: 'none', none: undefined }[
    cookie.sameSite ?? 'none'
  ]
  if (sameSite) parts.push(`samesite=${sameSite}`)
  if (cookie.httpOnly?.value) parts.push('httponly')
  return parts.join('; ')
}
