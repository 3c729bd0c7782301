// One request of an agent, by the Model Context Protocol: server and transport live as long as it does, so any instance
// answers any request. Loaded when the first agent comes.
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  CallToolRequestSchema,
  CancelledNotificationSchema,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import * as z from 'zod'
import type { toProblem } from '../../shared/protocol/problem.ts'
import { VERSION } from '../../shared/version.ts'
import { type AgentTool, agentTools } from './tools.ts'

/** What a call comes to; the error is shown to the agent as a problem. */
export type Call = (tool: AgentTool, args: unknown) => Promise<unknown>

export async function answerAgent(
  request: Request,
  call: Call,
  failed: (error: unknown) => ReturnType<typeof toProblem>,
): Promise<Response> {
  const server = new Server(
    { name: 'parley', version: VERSION },
    { capabilities: { tools: {} }, jsonSchemaValidator: { getValidator: unasked } },
  )
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: agentTools.map(describe) }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const tool = agentTools.find(({ name }) => name === params.name)
    if (!tool) return failure({ code: 'unknown-command', detail: `There is no tool ${params.name}.` })
    try {
      return { content: [text(await call(tool, params.arguments ?? {}))] }
    } catch (error) {
      return failure(failed(error))
    }
  })
  // A request that was taken back would never be answered, and the others in its batch with it.
  server.setNotificationHandler(CancelledNotificationSchema, () => undefined)
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  return transport.handleRequest(request)
}

const text = (value: unknown) => ({ type: 'text' as const, text: JSON.stringify(value) })

const failure = (problem: object) => ({ isError: true, content: [text(problem)] })

function describe({ name, description, input, readOnly }: AgentTool) {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input' })
  const inputSchema = { ...schema, type: 'object' as const }
  return { name, description, inputSchema, annotations: { readOnlyHint: readOnly } }
}

/** Schemas are checked where an agent's user is asked something, which never happens here. */
function unasked(): never {
  throw new Error('No user is asked anything.')
}
