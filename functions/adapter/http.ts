// HTTP in, HTTP out: the only place that turns a request into a use case's input and an error into a response.
import {
  app as functions,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions'
import type { App } from '../../shared/app.ts'
import { ChatError } from '../../shared/domain/error.ts'
import type { Actor } from '../../shared/domain/user.ts'
import { checkSize, MAX_BODY_BYTES, parseJsonObject } from '../../shared/protocol/parse.ts'
import { PROBLEM_TYPE, retryAfterOf, toProblem } from '../../shared/protocol/problem.ts'
import { app, logFailure } from './app.ts'
import type { Answer, Endpoint } from './endpoint.ts'
import { enqueue, outputsTo } from './queues.ts'

/** Registers the endpoint's route with Azure Functions. */
export function registerHttp(endpoint: Endpoint): void {
  if (!endpoint.method || endpoint.route === undefined) return
  functions.http(endpoint.functionName, {
    methods: [endpoint.method],
    route: endpoint.route,
    // Our own bearer tokens decide, not the platform's keys.
    authLevel: 'anonymous',
    extraOutputs: outputsTo(...endpoint.queues),
    handler: (request, context) => answer(endpoint, request, context),
  })
}

async function answer(
  endpoint: Endpoint,
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  try {
    const actor = endpoint.open ? undefined : await authenticate(app(), request)
    const answered = await endpoint.handle(app(), actor, await readInput(request))
    enqueue(context, answered.jobs ?? {})
    return toResponse(answered)
  } catch (error) {
    return toErrorResponse(error, context)
  }
}

async function readInput(request: HttpRequest): Promise<Record<string, unknown>> {
  const query = Object.fromEntries(request.query)
  const body = request.method === 'GET' ? {} : await readBody(request)
  for (const path of Object.keys(request.params)) {
    if (!(path in query || path in body)) continue
    const errors = [{ path, message: 'is given by the path' }]
    throw new ChatError('invalid-request', `${path} is given by the path.`, { errors })
  }
  return { ...query, ...body, ...request.params }
}

async function readBody(request: HttpRequest): Promise<Record<string, unknown>> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) {
    throw new ChatError('too-large', `The request is larger than ${MAX_BODY_BYTES} bytes.`)
  }
  const text = await request.text()
  checkSize(text)
  return text.trim() === '' ? {} : parseJsonObject(text)
}

/** @throws ChatError `unauthorized` */
export async function authenticate(app: App, request: HttpRequest): Promise<Actor> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (!token)
    throw new ChatError('unauthorized', 'The request needs the header "Authorization: Bearer <accessToken>".')
  const actor = await app.tokens.verify(token, app.time.now())
  if (await app.revocations.has(actor.sessionId))
    throw new ChatError('unauthorized', 'The session has ended.')
  return actor
}

function toResponse({ status, body, headers: own }: Answer): HttpResponseInit {
  const headers = { 'cache-control': 'no-store', ...own }
  if (body === undefined) return own ? { status, headers } : { status }
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  }
}

export function toErrorResponse(error: unknown, context: InvocationContext): HttpResponseInit {
  const problem = toProblem(error, context.invocationId)
  if (problem.status >= 500) logFailure(context, error)
  const wait = retryAfterOf(error)
  return {
    status: problem.status,
    headers: {
      'content-type': PROBLEM_TYPE,
      ...(wait !== undefined && { 'retry-after': String(wait) }),
      ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify(problem),
  }
}
