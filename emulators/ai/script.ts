// The script: rules that change how matching requests are answered. The first live rule that matches is used;
// a rule with a `count` is spent after so many requests.
import * as z from 'zod'
import { type Conversation, isAfterTool, lastUserText } from './conversation.ts'

const milliseconds = z.number().min(0).max(600_000)
const chunks = z.int().nonnegative()

const rulePattern = z.strictObject({
  match: z.string().optional(),
  model: z.string().optional(),
  count: z.int().positive().optional(),
  afterTool: z.boolean().optional(),
  reply: z.string().optional(),
  toolCalls: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        arguments: z.union([z.record(z.string(), z.unknown()), z.string()]).default({}),
        id: z.string().min(1).optional(),
      }),
    )
    .min(1)
    .optional(),
  length: z.int().positive().max(1_000_000).optional(),
  firstTokenMs: milliseconds.optional(),
  chunkDelayMs: milliseconds.optional(),
  chunkSize: z.int().positive().optional(),
  fail: z
    .strictObject({
      status: z.literal([400, 401, 403, 404, 429, 500, 503]),
      code: z.string().optional(),
      message: z.string().optional(),
      after: chunks.optional(),
      retryAfterSeconds: z.number().nonnegative().optional(),
    })
    .optional(),
  breakAfter: chunks.optional(),
  hangAfter: chunks.optional(),
  finish: z.enum(['STOP', 'MAX_TOKENS', 'SAFETY', 'RECITATION', 'OTHER']).optional(),
})

/**
 * One rule of the script; everything is optional, and a rule without `match` and `model` fits every request.
 * - `match`: text the newest user turn contains (case counts); `model`: the exact model or deployment name;
 *   `afterTool`: only when the newest turn is (true) or is not (false) a tool's answer.
 * - `count`: how many requests it serves.
 * - `reply`: the literal reply; `length`: cut or fill the reply to so many characters. `toolCalls`: what the model wants
 *   called, after the reply; arguments as an object, or as the text that the model writes, sound or not.
 * - `firstTokenMs`, `chunkDelayMs`: milliseconds; `chunkSize`: characters.
 * - `fail`: an error before the first token, or after so many chunks (`after`). `breakAfter`: the connection is cut after so many chunks.
 *   `hangAfter`: nothing more comes after so many chunks, 0 = nothing at all, until the caller leaves.
 * - `finish`: the finish reason of the last chunk.
 */
export type ScriptRule = z.output<typeof rulePattern>

/** A rule as it is written. */
export type ScriptInput = z.input<typeof rulePattern>

export interface Script {
  add(...rules: ScriptInput[]): void
  clear(): void
  /** The rules still live, with the counts that are left. */
  list(): readonly ScriptRule[]
  /** The rule for this request, counted down. */
  take(conversation: Conversation): ScriptRule | undefined
}

export function createScript(): Script {
  let rules: ScriptRule[] = []
  return {
    add(...added) {
      rules.push(...added.map((rule) => rulePattern.parse(rule)))
    },
    clear() {
      rules = []
    },
    list: () => rules,
    take(conversation) {
      const text = lastUserText(conversation)
      const rule = rules.find(
        ({ match, model, afterTool = isAfterTool(conversation) }) =>
          (model ?? conversation.model) === conversation.model &&
          text.includes(match ?? '') &&
          afterTool === isAfterTool(conversation),
      )
      if (rule?.count !== undefined && --rule.count === 0) rules = rules.filter((other) => other !== rule)
      return rule
    },
  }
}

/** One rule or a list of rules, from JSON. @throws z.ZodError */
export function parseRules(value: unknown): ScriptRule[] {
  return z.union([z.array(rulePattern), rulePattern.transform((rule) => [rule])]).parse(value)
}
