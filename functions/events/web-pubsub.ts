// The one function behind Web PubSub: abuse protection, then connect, connected, disconnected and the clients' events.
import {
  app as functions,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions'
import type { App } from '../../shared/app.ts'
import type { Config } from '../../shared/config.ts'
import { ChatError } from '../../shared/domain/error.ts'
import { errorFrame } from '../../shared/protocol/frames.ts'
import { toProblem } from '../../shared/protocol/problem.ts'
import { noteDisconnected } from '../../shared/services/users/presence.ts'
import { app, logFailure } from '../adapter/app.ts'
import { readEvent, type SocketEvent } from '../adapter/cloud-event.ts'
import type { Endpoint } from '../adapter/endpoint.ts'
import { requireSender } from '../adapter/event-sender.ts'
import { outputsTo } from '../adapter/queues.ts'
import { runCommand } from './command.ts'
import { onConnect, onConnected } from './socket-life.ts'

export function registerEvents(endpoints: Endpoint[]): void {
  const commands = new Map(endpoints.filter(({ command }) => command).map((known) => [known.name, known]))
  functions.http('web-pubsub-events', {
    methods: ['OPTIONS', 'POST'],
    route: 'events',
    authLevel: 'anonymous',
    extraOutputs: outputsTo(...new Set([...commands.values()].flatMap(({ queues }) => queues))),
    handler: async (request, context) => {
      try {
        if (request.method === 'OPTIONS') return validate(app().config, request)
        return await dispatch(app(), commands, request, context)
      } catch (error) {
        const { status, code } = toProblem(error, context.invocationId)
        if (status >= 500) logFailure(context, error)
        return { status, body: code }
      }
    },
  })
}

/** The webhook handshake: https://github.com/cloudevents/spec/blob/v1.0/http-webhook.md#4-abuse-protection */
function validate({ webPubSub }: Config, request: HttpRequest): HttpResponseInit {
  const origin = request.headers.get('webhook-request-origin') ?? ''
  const address = 'endpoint' in webPubSub ? webPubSub.endpoint : webPubSub.connectionString
  const host = /https?:\/\/([^/:;]+)/i.exec(address)?.[1] ?? ''
  const known = origin.split(',').some((name) => name.trim().toLowerCase() === host.toLowerCase())
  return known ? { status: 200, headers: { 'webhook-allowed-origin': origin } } : { status: 400 }
}

async function dispatch(
  app: App,
  commands: ReadonlyMap<string, Endpoint>,
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  await requireSender(app, request)
  const event = readEvent(request)
  if (event.kind === 'user')
    return json(await onUserEvent(app, commands, event, await request.text(), context))
  if (event.name === 'connect') return onConnect(app, event, request)
  if (event.name === 'connected') await onConnected(app, event)
  if (event.name === 'disconnected') await noteDisconnected(app, event.userId)
  return { status: 204 }
}

/** Whatever a client sends is answered with 200 and a frame: another status could cost it the socket. */
async function onUserEvent(
  app: App,
  commands: ReadonlyMap<string, Endpoint>,
  event: SocketEvent,
  text: string,
  context: InvocationContext,
): Promise<unknown> {
  const { state, userId, connectionId } = event
  const refuse = (error: ChatError) => errorFrame(null, toProblem(error, context.invocationId))
  if (!state) return refuse(new ChatError('unauthorized', 'The socket has no session; connect again.'))
  if (event.name !== 'command') {
    return refuse(new ChatError('unknown-command', `There is no event ${event.name}; send "command".`))
  }
  const actor = { userId, connectionId, sessionId: state.sessionId, role: state.role }
  return runCommand(app, commands, actor, text, context)
}

const json = (frame: unknown): HttpResponseInit => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(frame),
})
