// The model behind every protocol: turns a conversation into paced chunks, with whatever the script says goes wrong.
import { setTimeout as delay } from 'node:timers/promises'
import { answer } from './answer.ts'
import type { Chunk, Conversation, FinishReason } from './conversation.ts'
import type { ScriptRule } from './script.ts'
import { countPrompt, countTokens, firstTokens, tokenEnds } from './tokens.ts'

export interface Pace {
  /** Milliseconds before the first chunk, and between two chunks. */
  firstTokenMs: number
  chunkDelayMs: number
  /** Characters per chunk. */
  chunkSize: number
}

/** The script asked for an error before the first token. */
export class ScriptedFailure extends Error {
  readonly status: 429 | 500 | 503
  readonly retryAfterSeconds: number | undefined
  constructor(fail: NonNullable<ScriptRule['fail']>) {
    super(fail.message)
    this.status = fail.status
    this.retryAfterSeconds = fail.retryAfterSeconds
  }
}

/** The script asked for the connection to be cut here. */
export class ScriptedBreak extends Error {}

/**
 * Streams the reply. The last chunk, and only it, carries `finish`.
 * @throws ScriptedFailure, ScriptedBreak; the signal's reason when it is aborted.
 */
export async function* generate(
  conversation: Conversation,
  rule: ScriptRule | undefined,
  pace: Pace,
  signal: AbortSignal,
): AsyncGenerator<Chunk, void> {
  const { firstTokenMs, chunkDelayMs, chunkSize } = { ...pace, ...definedOnly(rule) }
  if (rule?.fail) {
    await pause(rule.firstTokenMs ?? 0, signal)
    throw new ScriptedFailure(rule.fail)
  }
  const reply = compose(conversation, rule)
  const pieces = slice(reply.text, chunkSize)
  const promptTokens = countPrompt(conversation)
  const ends = tokenEnds(reply.text)
  // A reply that breaks off or hangs never says that it is finished.
  const isWhole = rule?.breakAfter === undefined && rule?.hangAfter === undefined
  let sent = 0
  let replyTokens = 0
  for (const [index, text] of pieces.entries()) {
    if (index === rule?.breakAfter) throw new ScriptedBreak()
    if (index === rule?.hangAfter) await untilAborted(signal)
    await pause(index === 0 ? firstTokenMs : chunkDelayMs, signal)
    sent += text.length
    while ((ends[replyTokens] ?? Number.POSITIVE_INFINITY) <= sent) replyTokens++
    const isLast = index === pieces.length - 1
    yield { text, usage: { promptTokens, replyTokens }, ...(isLast && isWhole && { finish: reply.finish }) }
  }
  if (rule?.breakAfter !== undefined) throw new ScriptedBreak()
  if (rule?.hangAfter !== undefined) await untilAborted(signal)
}

/** The whole reply before it is cut into chunks, and why it ends where it ends. */
function compose(
  conversation: Conversation,
  rule: ScriptRule | undefined,
): { text: string; finish: FinishReason } {
  const whole = rule?.reply ?? answer(conversation)
  let text = rule?.length === undefined ? whole : fill(whole, rule.length)
  const stops = conversation.stopSequences.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
  if (stops.length > 0) text = text.slice(0, Math.min(...stops))
  const limit = conversation.maxOutputTokens ?? Number.POSITIVE_INFINITY
  const isCut = countTokens(text) > limit
  return {
    text: isCut ? firstTokens(text, limit) : text,
    finish: rule?.finish ?? (isCut ? 'MAX_TOKENS' : 'STOP'),
  }
}

function fill(text: string, length: number): string {
  const letters = [...text]
  const filler = [...`${text === '' ? '' : ' '}And so on, as far as the script asks for.`]
  while (letters.length < length) letters.push(...filler)
  return letters.slice(0, length).join('')
}

/** Pieces of `size` characters, never half of a surrogate pair; an empty text is one empty piece. */
function slice(text: string, size: number): string[] {
  const letters = [...text]
  const pieces: string[] = []
  for (let at = 0; at < letters.length; at += size) pieces.push(letters.slice(at, at + size).join(''))
  return pieces.length === 0 ? [''] : pieces
}

function definedOnly(rule: ScriptRule | undefined): Partial<Pace> {
  return {
    ...(rule?.firstTokenMs !== undefined && { firstTokenMs: rule.firstTokenMs }),
    ...(rule?.chunkDelayMs !== undefined && { chunkDelayMs: rule.chunkDelayMs }),
    ...(rule?.chunkSize !== undefined && { chunkSize: rule.chunkSize }),
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (ms > 0) await delay(ms, undefined, { signal })
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
