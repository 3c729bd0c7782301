// Tokens, as this emulator counts them: up to four letters or digits in a row, or one other visible character.
import type { Conversation, Turn } from './conversation.ts'

const TOKEN = /\s*(?:[\p{L}\p{M}\p{N}]{1,4}|[^\s\p{L}\p{M}\p{N}])/gu

/** What a picture or another file costs, as Gemini counts a small picture. */
const ATTACHMENT_TOKENS = 258

/** The number of tokens in a text. */
export function countTokens(text: string): number {
  return text.match(TOKEN)?.length ?? 0
}

/** The tokens of everything the model is shown. */
export function countPrompt({
  system = '',
  turns,
  tools,
}: Pick<Conversation, 'system' | 'turns' | 'tools'>): number {
  const aside = countTokens(system) + (tools ? countTokens(JSON.stringify(tools)) : 0)
  return turns.reduce((sum, turn) => sum + countTurn(turn), aside)
}

function countTurn({ text, attachments, calls = [] }: Turn): number {
  const called = calls.reduce((sum, { name, args }) => sum + countTokens(name) + countTokens(args), 0)
  return countTokens(text) + called + attachments * ATTACHMENT_TOKENS
}

/** The first `limit` tokens of a text, with the white space between them. */
export function firstTokens(text: string, limit: number): string {
  return (text.match(TOKEN) ?? []).slice(0, limit).join('')
}

/** Where each token of a text ends, in UTF-16 units. */
export function tokenEnds(text: string): number[] {
  return Array.from(text.matchAll(TOKEN), (match) => match.index + match[0].length)
}
