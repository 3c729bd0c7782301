// When a model calls a tool of its own accord: the newest user text names it, or the request demands a call. The arguments
// are made from the text, as far as the tool's schema tells what it wants.
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { type Conversation, isAfterTool, lastUserText, type Tool, type ToolCall } from './conversation.ts'

/** An id as OpenAI makes them. */
export const newCallId = (): string => `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`

/** The calls that the conversation asks for; none after a tool has answered. */
export function chooseCalls(conversation: Conversation): ToolCall[] {
  const { tools = [], toolChoice } = conversation
  if (toolChoice === 'none' || isAfterTool(conversation)) return []
  const text = lastUserText(conversation)
  const offered = tools.filter(({ name }) => toolChoice === undefined || toolChoice.oneOf.includes(name))
  const named = offered.filter(({ name }) => mentions(text, name))
  const chosen = named.length === 0 && toolChoice !== undefined ? offered.slice(0, 1) : named
  return chosen.map((tool) => ({
    id: newCallId(),
    name: tool.name,
    args: JSON.stringify(argumentsFor(tool, text)),
  }))
}

/** `get_weather` and `getWeather` are named by themselves, and by "weather": what one can get one asks for. */
function mentions(text: string, name: string): boolean {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1 $2')
  return [name, words, words.replace(/^get[\s_]+/i, '')].some((wanted) => plain(text).includes(plain(wanted)))
}

const plain = (value: string): string => ` ${value.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')} `

const property = z.looseObject({
  type: z
    .string()
    .transform((type) => type.toLowerCase())
    .optional(),
  enum: z.array(z.unknown()).optional(),
})
const parameters = z.looseObject({ properties: z.record(z.string(), property.catch({})).default({}) })

function argumentsFor(tool: Tool, text: string): Record<string, unknown> {
  const { properties } = parameters.catch({ properties: {} }).parse(tool.parameters)
  const quoted = /["“'‘]([^"”'’]+)["”'’]/.exec(text)?.[1]
  const number = Number(/-?\d+(?:\.\d+)?/.exec(text)?.[0] ?? 1)
  const value = ({ type, enum: [first] = [] }: z.infer<typeof property>): unknown => {
    if (first !== undefined) return first
    if (type === 'number') return number
    if (type === 'integer') return Math.trunc(number)
    if (type === 'boolean') return true
    if (type === 'array') return []
    if (type === 'object') return {}
    return quoted ?? text
  }
  return Object.fromEntries(Object.entries(properties).map(([name, shape]) => [name, value(shape)]))
}
