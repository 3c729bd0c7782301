// A command is a use case over the socket: same table, same schema; the answer is a frame, and never closes the socket.
import type { InvocationContext } from '@azure/functions'
import type { App } from '../../shared/app.ts'
import { ChatError } from '../../shared/domain/error.ts'
import type { Actor } from '../../shared/domain/user.ts'
import { type CommandId, errorFrame, replyFrame } from '../../shared/protocol/frames.ts'
import { checkSize, parseInput, parseJsonObject } from '../../shared/protocol/parse.ts'
import { toProblem } from '../../shared/protocol/problem.ts'
import { commandEnvelope } from '../../shared/protocol/requests/socket.ts'
import { logFailure } from '../adapter/app.ts'
import type { Endpoint } from '../adapter/endpoint.ts'
import { enqueue } from '../adapter/queues.ts'

/** Runs what the client sent; every outcome is a frame. */
export async function runCommand(
  app: App,
  commands: ReadonlyMap<string, Endpoint>,
  actor: Actor,
  text: string,
  context: InvocationContext,
): Promise<unknown> {
  let id: CommandId = null
  try {
    const command = parseJsonObject(text)
    id = typeof command.id === 'string' || typeof command.id === 'number' ? command.id : null
    checkSize(text)
    const { id: _id, type, ...input } = parseInput(commandEnvelope, command)
    const useCase = commands.get(type)
    if (!useCase) throw new ChatError('unknown-command', `There is no command ${type}.`)
    if (await app.revocations.has(actor.sessionId))
      throw new ChatError('unauthorized', 'The session has ended.')
    const { body, jobs = {} } = await useCase.handle(app, actor, input)
    enqueue(context, jobs)
    return replyFrame(id, body ?? {})
  } catch (error) {
    const problem = toProblem(error, context.invocationId)
    if (problem.status >= 500) logFailure(context, error)
    return errorFrame(id, problem)
  }
}
