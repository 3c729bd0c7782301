// The model behind every protocol: turns a conversation into paced chunks, with whatever the script says goes wrong.
import { type Clock, pause as pauseOn } from '../kit/clock.ts'
import type { CallPiece, Chunk, Conversation, ToolCall } from './conversation.ts'
import { compose } from './reply.ts'
import type { ScriptRule } from './script.ts'
import { countPrompt, countTokens, tokenEnds } from './tokens.ts'

export interface Pace {
  /** Milliseconds before the first chunk, and between two chunks. */
  firstTokenMs: number
  chunkDelayMs: number
  /** Characters per chunk. */
  chunkSize: number
}

export type ScriptedError = NonNullable<ScriptRule['fail']>

/** The script asked for an error here. */
export class ScriptedFailure extends Error {
  readonly status: ScriptedError['status']
  readonly code: string | undefined
  readonly retryAfterSeconds: number | undefined
  constructor(fail: ScriptedError) {
    super(fail.message)
    this.status = fail.status
    this.code = fail.code
    this.retryAfterSeconds = fail.retryAfterSeconds
  }
}

/** The script asked for the connection to be cut here. */
export class ScriptedBreak extends Error {}

/**
 * Streams the reply, the text before the calls. The last chunk, and only it, carries `finish`.
 * @throws ScriptedFailure, ScriptedBreak; the signal's reason when it is aborted.
 */
export async function* generate(
  conversation: Conversation,
  rule: ScriptRule | undefined,
  usual: Pace,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): AsyncGenerator<Chunk, void> {
  const pace = { ...usual, ...definedOnly(rule) }
  const failAt = rule?.fail && (rule.fail.after ?? 0)
  if (rule?.fail && failAt === 0) {
    await pause(clock, rule.firstTokenMs ?? 0, signal)
    throw new ScriptedFailure(rule.fail)
  }
  const reply = compose(conversation, rule)
  const pieces = [
    ...textPieces(reply.text, pace.chunkSize, reply.calls.length > 0),
    ...reply.calls.flatMap((call, index) => callPieces(call, index, pace.chunkSize)),
  ]
  const promptTokens = countPrompt(conversation)
  const count = createTokenCount(reply.text)
  // A reply that fails, breaks off or hangs never says that it is finished.
  const isWhole = (rule?.fail ?? rule?.breakAfter ?? rule?.hangAfter) === undefined
  async function misfortune(chunks: number): Promise<void> {
    if (rule?.fail && chunks === failAt) throw new ScriptedFailure(rule.fail)
    if (chunks === rule?.breakAfter) throw new ScriptedBreak()
    if (chunks === rule?.hangAfter) await untilAborted(signal)
  }
  for (const [index, piece] of pieces.entries()) {
    await misfortune(index)
    await pause(clock, index === 0 ? pace.firstTokenMs : pace.chunkDelayMs, signal)
    const isLast = index === pieces.length - 1
    yield {
      ...piece,
      usage: { promptTokens, replyTokens: count(piece) },
      ...(isLast && isWhole && { finish: reply.finish }),
    }
  }
  if (rule?.fail) throw new ScriptedFailure(rule.fail)
  if (rule?.breakAfter !== undefined) throw new ScriptedBreak()
  if (rule?.hangAfter !== undefined) await untilAborted(signal)
}

interface Piece {
  text: string
  call?: CallPiece
}

/** An empty text is one empty piece, unless a call follows. */
function textPieces(text: string, size: number, hasCalls: boolean): Piece[] {
  return text === '' && hasCalls ? [] : slice(text, size).map((piece) => ({ text: piece }))
}

function callPieces(call: ToolCall, index: number, size: number): Piece[] {
  const pieces = slice(call.args, size)
  return pieces.map((piece, at) => ({
    text: '',
    call: { ...call, index, piece, isFirst: at === 0, isLast: at === pieces.length - 1 },
  }))
}

/** Tokens up to and with each piece in turn. */
function createTokenCount(text: string): (piece: Piece) => number {
  const ends = tokenEnds(text)
  let [sent, tokens] = [0, 0]
  return ({ text: said, call }) => {
    sent += said.length
    while (said !== '' && (ends[tokens] ?? Number.POSITIVE_INFINITY) <= sent) tokens++
    if (call?.isLast) tokens += countTokens(call.name) + countTokens(call.args)
    return tokens
  }
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

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (ms > 0) await pauseOn(clock, ms, signal)
  signal.throwIfAborted()
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
