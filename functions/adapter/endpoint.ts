// A use case as the outside sees it: its route, its command, the one schema for both, and what it answers.
import type * as z from 'zod'
import type { App } from '../../shared/app.ts'
import type { Actor } from '../../shared/domain/user.ts'
import { parseInput } from '../../shared/protocol/parse.ts'
import type { Jobs, QueueName } from './queues.ts'

export interface Answer {
  status: number
  body?: unknown
  /** Of the response; a command's reply has none. */
  headers?: Record<string, string>
  /** What others are to do now. */
  jobs?: Jobs
}

interface Common<I> {
  /** The command's name, `messages.send`. */
  name: string
  /** The function's name, and its file's. */
  functionName: string
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  route?: string
  input: z.ZodType<I>
  /** What it does, in a line for the generated documents. */
  summary?: string
  /** What it counts against per person; without it, changes count as changes and reading is free. */
  limit?: 'searches' | 'syncs'
  /** What it answers, by status: `null` for no body. */
  answers?: Record<number, z.ZodType | null>
  /** The queues that its jobs go to. */
  queues?: QueueName[]
}

type Definition<I> =
  | (Common<I> & { open?: false; command?: boolean; run(app: App, actor: Actor, input: I): Promise<Answer> })
  | (Common<I> & { open: true; run(app: App, input: I): Promise<Answer> | Answer })

export interface Endpoint {
  name: string
  functionName: string
  method: Common<unknown>['method']
  route: string | undefined
  /** Needs no access token. */
  open: boolean
  /** May be sent over the socket. */
  command: boolean
  input: z.ZodType
  summary: string
  answers: Record<number, z.ZodType | null>
  queues: QueueName[]
  /** @throws ChatError `invalid-request` and what the use case throws */
  handle(app: App, actor: Actor | undefined, input: unknown): Promise<Answer>
}

/** Makes an endpoint of a use case: what reaches `run` is parsed. */
export function endpoint<I>(definition: Definition<I>): Endpoint {
  const {
    name,
    functionName,
    method,
    route,
    input: schema,
    summary = '',
    answers = {},
    queues = [],
  } = definition
  const common = { name, functionName, method, route, input: schema, summary, answers, queues }
  if (definition.open) {
    return {
      ...common,
      open: true,
      command: false,
      handle: async (app, _actor, input) => definition.run(app, parseInput(schema, input)),
    }
  }
  const limit = definition.limit ?? (method === undefined || method === 'GET' ? undefined : 'changes')
  return {
    ...common,
    open: false,
    command: definition.command ?? true,
    async handle(app, actor, input) {
      if (!actor) throw new Error(`${name} needs an actor.`)
      if (limit) app.limits[limit].take(actor.userId)
      return definition.run(app, actor, parseInput(schema, input))
    },
  }
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const noContent: Answer = { status: 204 }
