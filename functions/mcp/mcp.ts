// The door for outside agents: they act as whoever's access token they bring, through the use cases of the table, with the
// limits of everybody. Stateless, so there is nothing to listen to and nothing to end: POST only.
import {
  app as functions,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions'
import type { App } from '../../shared/app.ts'
import type { Actor } from '../../shared/domain/user.ts'
import { checkSize } from '../../shared/protocol/parse.ts'
import { toProblem } from '../../shared/protocol/problem.ts'
import { app, logFailure } from '../adapter/app.ts'
import { authenticate, toErrorResponse } from '../adapter/http.ts'

export function registerMcp(): void {
  functions.http('mcp', {
    methods: ['POST', 'GET', 'DELETE'],
    route: 'mcp',
    authLevel: 'anonymous',
    handler: handleAgent,
  })
}

async function handleAgent(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  try {
    const actor = await authenticate(app(), request)
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } }
    const body = await request.text()
    checkSize(body)
    return await answer(app(), actor, request, body, context)
  } catch (error) {
    return toErrorResponse(error, context)
  }
}

async function answer(
  deps: App,
  actor: Actor,
  { url, headers }: HttpRequest,
  body: string,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  const { answerAgent } = await import('./server.ts')
  const response = await answerAgent(
    new Request(url, { method: 'POST', headers: new Headers([...headers]), body }),
    (tool, args) => tool.call(deps, actor, args),
    (error) => {
      const problem = toProblem(error, context.invocationId)
      if (problem.status >= 500) logFailure(context, error)
      return problem
    },
  )
  return {
    status: response.status,
    headers: { ...Object.fromEntries(response.headers), 'cache-control': 'no-store' },
    body: await response.text(),
  }
}
