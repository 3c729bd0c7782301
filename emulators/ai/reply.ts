// The whole reply before it is cut into chunks: what it says, what it calls, and why it ends where it ends.
import { answer } from './answer.ts'
import type { Conversation, FinishReason, ToolCall } from './conversation.ts'
import { jsonReply } from './json-reply.ts'
import type { ScriptRule } from './script.ts'
import { countTokens, firstTokens } from './tokens.ts'
import { chooseCalls, newCallId } from './tool-use.ts'

export interface WholeReply {
  text: string
  calls: ToolCall[]
  finish: FinishReason
}

/** What the rule says; without one, what the tools and the text of the conversation suggest. */
export function compose(conversation: Conversation, rule: ScriptRule | undefined): WholeReply {
  const calls = callsOf(conversation, rule)
  const whole = rule?.reply ?? (calls.length > 0 ? '' : sayAll(conversation))
  let text = rule?.length === undefined ? whole : fill(whole, rule.length)
  const stops = conversation.stopSequences.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
  if (stops.length > 0) text = text.slice(0, Math.min(...stops))
  const limit = conversation.maxOutputTokens ?? Number.POSITIVE_INFINITY
  const isCut = countTokens(text) > limit
  return {
    text: isCut ? firstTokens(text, limit) : text,
    calls: isCut ? [] : calls,
    finish: rule?.finish ?? (isCut ? 'MAX_TOKENS' : 'STOP'),
  }
}

const sayAll = (conversation: Conversation): string =>
  conversation.json ? jsonReply(conversation, conversation.json.schema) : answer(conversation)

function callsOf(conversation: Conversation, rule: ScriptRule | undefined): ToolCall[] {
  if (rule?.toolCalls) {
    return rule.toolCalls.map(({ id = newCallId(), name, arguments: args }) => ({
      id,
      name,
      args: typeof args === 'string' ? args : JSON.stringify(args),
    }))
  }
  return rule?.reply === undefined && rule?.length === undefined ? chooseCalls(conversation) : []
}

function fill(text: string, length: number): string {
  const letters = [...text]
  const filler = [...`${text === '' ? '' : ' '}And so on, as far as the script asks for.`]
  while (letters.length < length) letters.push(...filler)
  return letters.slice(0, length).join('')
}
