// What a function has returned, as the protocol has it.
import {
  type CallToolResult,
  ContentBlockSchema,
  type GetPromptResult,
  type ReadResourceResult,
} from '@modelcontextprotocol/sdk/types.js'
import * as z from 'zod'
import type { TypedData } from '../../app/core-types.ts'
import type { Resource } from './definitions.ts'

type Returned = TypedData | null | undefined

/** The library's envelope around what a tool returns: one block of content, or several. */
const toolResult = z.object({
  type: z.string(),
  content: z.string(),
  structuredContent: z.string().nullish(),
})
const blocks = z.union([z.array(ContentBlockSchema), ContentBlockSchema.transform((one) => [one])])

/** @throws Error when the function has returned what is no content. */
export function toolResultOf(returned: Returned): CallToolResult {
  const text = textOf(returned)
  if (text === undefined) return { content: [] }
  const { content, structuredContent } = toolResult.parse(JSON.parse(text))
  return {
    content: blocks.parse(JSON.parse(content)),
    ...(structuredContent && {
      structuredContent: z.record(z.string(), z.unknown()).parse(JSON.parse(structuredContent)),
    }),
  }
}

/** Bytes are a blob, everything else text. */
export function resourceResultOf(
  returned: Returned,
  uri: string,
  { mimeType }: Resource,
): ReadResourceResult {
  const common = { uri, ...(mimeType !== undefined && { mimeType }) }
  if (returned?.bytes) {
    return { contents: [{ ...common, blob: Buffer.from(returned.bytes).toString('base64') }] }
  }
  const text = textOf(returned)
  return { contents: text === undefined ? [] : [{ ...common, text }] }
}

/** One message of the user. */
export function promptResultOf(returned: Returned): GetPromptResult {
  const text = textOf(returned)
  return { messages: text === undefined ? [] : [{ role: 'user', content: { type: 'text', text } }] }
}

function textOf(returned: Returned): string | undefined {
  const number = returned?.int ?? returned?.double
  return returned?.string ?? returned?.json ?? (number === undefined ? undefined : String(number))
}
