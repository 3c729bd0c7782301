// The tools, resources and prompts that an app's functions are, read from their bindings.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-mcp
import * as z from 'zod'
import type { HostedFunction } from '../../hosted-function.ts'

/** A member that holds JSON as text. */
const jsonOf = <T>(schema: z.ZodType<T>) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue('it is no JSON')
        return z.NEVER
      }
    })
    .pipe(schema)

const text = z.string().min(1)
const described = {
  title: z.string().optional(),
  description: z.string().optional(),
  metadata: jsonOf(z.record(z.string(), z.unknown())).optional(),
}

const property = z.object({
  propertyName: text,
  propertyType: z.string(),
  description: z.string().default(''),
  isRequired: z.boolean().default(false),
  isArray: z.boolean().default(false),
  enumValues: z.array(z.string()).default([]),
})

const tool = z.looseObject({
  toolName: text,
  ...described,
  toolProperties: jsonOf(z.array(property)).prefault('[]'),
})
const resource = z.looseObject({
  uri: text,
  resourceName: text,
  ...described,
  mimeType: z.string().optional(),
  size: z.number().optional(),
})
const argument = z.object({ name: text, description: z.string().nullish(), required: z.boolean().optional() })
const prompt = z.looseObject({
  promptName: text,
  ...described,
  promptArguments: jsonOf(z.array(argument)).prefault('[]'),
})

export type Tool = z.infer<typeof tool> & { hosted: HostedFunction }
export type Resource = z.infer<typeof resource> & { hosted: HostedFunction }
export type Prompt = z.infer<typeof prompt> & { hosted: HostedFunction }

export interface Definitions {
  tools: Tool[]
  resources: Resource[]
  prompts: Prompt[]
}

const KINDS = ['mcptooltrigger', 'mcpresourcetrigger', 'mcpprompttrigger']
export const isMcp = ({ type }: HostedFunction): boolean => KINDS.includes(type)

/** @throws Error naming the function whose binding is not valid. */
export function readDefinitions(functions: readonly HostedFunction[]): Definitions {
  const of = <T>(type: string, schema: z.ZodType<T>): (T & { hosted: HostedFunction })[] =>
    functions
      .filter((one) => one.type === type)
      .map((hosted) => {
        const parsed = schema.safeParse(hosted.binding)
        if (parsed.success) return { ...parsed.data, hosted }
        const { type: kind } = hosted.binding
        throw new Error(
          `Function "${hosted.name}" cannot start: its ${kind} is not valid: ${z.prettifyError(parsed.error)}`,
        )
      })
  return {
    tools: of('mcptooltrigger', tool),
    resources: of('mcpresourcetrigger', resource),
    prompts: of('mcpprompttrigger', prompt),
  }
}

/** The schema of a tool's arguments as the real extension writes it. */
export function inputSchema({ toolProperties }: Tool) {
  const properties = toolProperties.map(
    ({ propertyName, propertyType, description, isArray, enumValues }) => {
      const one = { type: propertyType, ...(enumValues.length > 0 && { enum: enumValues }) }
      return [propertyName, { ...(isArray ? { type: 'array', items: one } : one), description }] as const
    },
  )
  return {
    type: 'object' as const,
    properties: Object.fromEntries(properties),
    required: requiredOf(toolProperties),
  }
}

export const requiredOf = (properties: Tool['toolProperties']): string[] =>
  properties.filter(({ isRequired }) => isRequired).map(({ propertyName }) => propertyName)
