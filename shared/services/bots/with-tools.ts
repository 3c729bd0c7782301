// A model that may call functions, as one provider: it asks, we call, it goes on, so many times at most.
import type { ToolUse } from '../../domain/bot.ts'
import type { ModelTurn, Provider, ToolCall, ToolResult } from '../ports/model.ts'
import type { Tool, ToolScope } from '../ports/tools.ts'

/** After so many rounds of calls the model is to answer with what it has. */
const MAX_ROUNDS = 5
const CALLS_PER_ROUND = 8
const SHOWN_ARGUMENTS = 500
const MAX_RESULT = 16_000

/**
 * @param shown where each call is noted, for those who watch the run
 * @param changed what to do when it was
 */
export function withTools(
  provider: Provider,
  {
    tools,
    scope,
    shown,
    changed,
  }: {
    tools: Tool[]
    scope: ToolScope
    shown: ToolUse[]
    changed(index: number): Promise<void>
  },
): Provider {
  if (tools.length === 0) return provider
  const offered = tools.map(({ name, description, parameters }) => ({ name, description, parameters }))
  return async function* using(request, signal) {
    let turns = request.turns
    const before = { promptTokens: 0, replyTokens: 0 }
    for (let round = 0; ; round++) {
      const calls: ToolCall[] = []
      let text = ''
      let used = { promptTokens: 0, replyTokens: 0 }
      const asked = { ...request, turns, ...(round < MAX_ROUNDS && { tools: offered }) }
      for await (const chunk of provider(asked, signal)) {
        if ('toolCall' in chunk) calls.push(chunk.toolCall)
        else if ('usage' in chunk) {
          used = chunk.usage
          yield { usage: sum(before, used) }
        } else {
          if ('text' in chunk) text += chunk.text
          yield chunk
        }
      }
      Object.assign(before, sum(before, used))
      if (calls.length === 0 || round === MAX_ROUNDS) return
      if (text.trim() !== '') yield { text: '\n\n' }
      const results = await Promise.all(calls.map((call, i) => answer(call, i, signal)))
      const more: ModelTurn[] = [
        { role: 'model', text, toolCalls: calls },
        { role: 'tool', results },
      ]
      turns = [...turns, ...more]
    }
  }

  async function answer(call: ToolCall, position: number, signal: AbortSignal): Promise<ToolResult> {
    const { id: callId, name } = call
    if (position >= CALLS_PER_ROUND) return { callId, name, content: 'Error: too many calls at once.' }
    const index =
      shown.push({ name, arguments: call.arguments.slice(0, SHOWN_ARGUMENTS), state: 'running' }) - 1
    await changed(index)
    const [state, content] = await run(call, signal)
    shown[index]!.state = state
    await changed(index)
    return { callId, name, content }
  }

  async function run(call: ToolCall, signal: AbortSignal): Promise<['done' | 'failed', string]> {
    try {
      const tool = tools.find(({ name }) => name === call.name)
      if (!tool) throw new Error(`There is no function ${call.name}.`)
      return ['done', (await tool.run(objectOf(call.arguments), scope, signal)).slice(0, MAX_RESULT)]
    } catch (error) {
      signal.throwIfAborted()
      return ['failed', `Error: ${error instanceof Error ? error.message : 'the call failed.'}`]
    }
  }
}

type Tokens = { promptTokens: number; replyTokens: number }

const sum = (a: Tokens, b: Tokens): Tokens => ({
  promptTokens: a.promptTokens + b.promptTokens,
  replyTokens: a.replyTokens + b.replyTokens,
})

/** @throws Error for what is no JSON object */
function objectOf(text: string): Record<string, unknown> {
  const value: unknown = text.trim() === '' ? {} : JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('The arguments are no object.')
  return { ...value }
}
