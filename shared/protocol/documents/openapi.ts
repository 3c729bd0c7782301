// The routes as an OpenAPI document, made from the very schemas that parse the requests. https://spec.openapis.org/oas/v3.1.1
import { problemOut } from '../answers/problem.ts'
import type { Described } from './described.ts'
import { type Components, createComponents, type JsonSchema } from './schemas.ts'

/** Where the host serves the routes: `http.routePrefix` in host.json. */
const PREFIX = '/api'
const IN_THE_QUERY = new Set(['GET', 'DELETE'])

export function toOpenApi(endpoints: Described[], version: string): object {
  const components = createComponents('draft-2020-12')
  const problem = components.output(problemOut)
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of endpoints) {
    const { method, route } = endpoint
    if (method === undefined || route === undefined) continue
    const described = operation(endpoint, { method, route }, components, problem)
    paths[`/${route}`] = { ...paths[`/${route}`], [method.toLowerCase()]: described }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Parley',
      version,
      description: 'A chat backend: people, bots and devices. Every mutation may be repeated safely.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: PREFIX }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  }
}

function operation(
  { name, summary, open, input, answers }: Described,
  { method, route }: { method: string; route: string },
  components: Components,
  problem: JsonSchema,
): object {
  const inPath = [...route.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)
  const { path, rest } = split(components.input(input), inPath)
  const inQuery = IN_THE_QUERY.has(method)
  const parameters = [
    ...Object.entries(path).map(([at, schema]) => ({ name: at, in: 'path', required: true, schema })),
    ...(inQuery ? queryOf(rest) : []),
  ]
  const hasBody = !inQuery && JSON.stringify(rest.properties ?? rest) !== '{}'
  return {
    operationId: name,
    tags: [name.split('.')[0]],
    summary,
    ...(open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && {
      requestBody: { required: true, content: { 'application/json': { schema: rest } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [
          status,
          {
            description: DESCRIPTIONS[status] ?? 'Done',
            ...(answer && { content: { 'application/json': { schema: components.output(answer) } } }),
          },
        ]),
      ),
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  }
}

const DESCRIPTIONS: Record<string, string> = {
  200: 'Done, or done before',
  201: 'Created',
  202: 'Begun; the rest follows',
  204: 'Done; there is nothing to say',
  302: 'It is elsewhere: see Location',
  503: 'A service that is needed does not answer',
}

/** The input is one object; what the path names is taken out of it. */
function split(schema: JsonSchema, inPath: string[]): { path: Record<string, unknown>; rest: JsonSchema } {
  const properties = { ...(schema.properties as Record<string, unknown> | undefined) }
  const path = Object.fromEntries(inPath.map((name) => [name, properties[name] ?? { type: 'string' }]))
  if (!schema.properties) return { path, rest: schema }
  for (const name of inPath) delete properties[name]
  const required = ((schema.required as string[] | undefined) ?? []).filter((name) => !inPath.includes(name))
  const { required: _, ...others } = schema
  return { path, rest: { ...others, properties, ...(required.length > 0 && { required }) } }
}

function queryOf({ properties = {}, required = [] }: JsonSchema): object[] {
  return Object.entries(properties as Record<string, unknown>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: (required as string[]).includes(name),
    schema,
  }))
}
