// Functions as tools, resources and prompts of a Model Context Protocol server: streamable HTTP without sessions, a server
// for each request, as in the real extension.
import { randomUUID } from 'node:crypto'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  CallToolRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import type { TypedData } from '../../app/core-types.ts'
import type { HostConfig } from '../../app/host-config.ts'
import type { Invoke } from '../../app/invoke.ts'
import type { HostedFunction } from '../../hosted-function.ts'
import { inputSchema, readDefinitions, requiredOf } from './definitions.ts'
import { promptResultOf, resourceResultOf, toolResultOf } from './results.ts'

export type AnswerMcp = (request: Request) => Promise<Response>

const SESSION_HEADER = 'mcp-session-id'

/** @throws Error naming the function whose binding is not valid. */
export function createMcp(
  functions: readonly HostedFunction[],
  config: HostConfig['mcp'],
  invoke: Invoke,
): AnswerMcp {
  const { tools, resources, prompts } = readDefinitions(functions)
  const isTemplate = ({ uri }: { uri: string }): boolean => uri.includes('{')

  const run = async (
    request: Request,
    hosted: HostedFunction,
    given: object,
  ): Promise<TypedData | null | undefined> => {
    const sessionid = request.headers.get(SESSION_HEADER) ?? undefined
    const properties = { headers: Object.fromEntries(request.headers) }
    const transport = { name: 'http-streamable', sessionId: sessionid, properties }
    const { returnValue } = await invoke(hosted.target, {
      invocationId: randomUUID(),
      inputData: [
        { name: hosted.bindingName, data: { string: JSON.stringify({ ...given, sessionid, transport }) } },
      ],
      ...(sessionid !== undefined && { triggerMetadata: { mcpsessionid: { string: sessionid } } }),
    })
    return returnValue
  }

  return async (request) => {
    if (request.method !== 'POST') return new Response(null, { status: 405 })
    const server = new Server(
      { name: config.serverName, version: config.serverVersion },
      {
        capabilities: { tools: {}, resources: {}, prompts: {} },
        ...(config.instructions !== undefined && { instructions: config.instructions }),
      },
    )
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: tools.map((one) => ({
        name: one.toolName,
        ...told(one),
        inputSchema: inputSchema(one),
      })),
    }))
    server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
      const tool = tools.find(({ toolName }) => toolName === params.name)
      if (!tool) throw unknown('tool', params.name)
      const missing = requiredOf(tool.toolProperties).filter(
        (name) => (params.arguments?.[name] ?? null) === null,
      )
      if (missing.length > 0) {
        const text = 'One or more required tool properties are missing values. Please provide: '
        throw new McpError(ErrorCode.InvalidParams, text + missing.join(', '))
      }
      try {
        return toolResultOf(
          await run(request, tool.hosted, { name: params.name, arguments: params.arguments ?? {} }),
        )
      } catch {
        // The invocation has logged it.
        const text = `An error occurred invoking '${params.name}'.`
        return { isError: true, content: [{ type: 'text' as const, text }] }
      }
    })
    server.setRequestHandler(ListResourcesRequestSchema, () => ({
      resources: resources
        .filter((one) => !isTemplate(one))
        .map((one) => ({
          ...told(one),
          uri: one.uri,
          name: one.resourceName,
          mimeType: one.mimeType,
          size: one.size,
        })),
    }))
    server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
      resourceTemplates: resources.filter(isTemplate).map((one) => ({
        ...told(one),
        uriTemplate: one.uri,
        name: one.resourceName,
        mimeType: one.mimeType,
      })),
    }))
    server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
      const resource =
        resources.find((one) => one.uri === uri) ?? resources.find((one) => patternOf(one.uri).test(uri))
      if (!resource) throw unknown('resource', uri)
      return resourceResultOf(await run(request, resource.hosted, { uri }), uri, resource)
    })
    server.setRequestHandler(ListPromptsRequestSchema, () => ({
      prompts: prompts.map((one) => ({
        name: one.promptName,
        ...told(one),
        arguments: one.promptArguments.map(({ name, description, required }) => ({
          ...{ name, required },
          ...(description && { description }),
        })),
      })),
    }))
    server.setRequestHandler(GetPromptRequestSchema, async ({ params }) => {
      const prompt = prompts.find(({ promptName }) => promptName === params.name)
      if (!prompt) throw unknown('prompt', params.name)
      const given = { name: params.name, arguments: params.arguments ?? {} }
      return promptResultOf(await run(request, prompt.hosted, given))
    })
    const transport = new WebStandardStreamableHTTPServerTransport({})
    await server.connect(transport)
    const response = await transport.handleRequest(request)
    if (!request.headers.has(SESSION_HEADER)) response.headers.set(SESSION_HEADER, randomUUID())
    return response
  }
}

const unknown = (what: string, name: string): McpError =>
  new McpError(ErrorCode.InvalidParams, `Unknown ${what}: '${name}'`)

function told({
  title,
  description,
  metadata,
}: {
  title?: string | undefined
  description?: string | undefined
  metadata?: Record<string, unknown> | undefined
}) {
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { _meta: metadata }),
  }
}

/** Names in braces stand for one part of a path. */
function patternOf(uri: string): RegExp {
  const parts = uri.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('[^/]+')}$`)
}
