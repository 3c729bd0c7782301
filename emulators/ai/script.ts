// The script: rules that change how matching requests are answered. The first live rule that matches is used;
// a rule with a `count` is spent after so many requests.
import * as z from 'zod'
import { type Conversation, lastUserText } from './conversation.ts'

const milliseconds = z.number().min(0).max(600_000)
const chunks = z.int().nonnegative()

const rulePattern = z.strictObject({
  match: z.string().optional(),
  model: z.string().optional(),
  count: z.int().positive().optional(),
  reply: z.string().optional(),
  length: z.int().positive().max(1_000_000).optional(),
  firstTokenMs: milliseconds.optional(),
  chunkDelayMs: milliseconds.optional(),
  chunkSize: z.int().positive().optional(),
  fail: z
    .strictObject({
      status: z.union([z.literal(429), z.literal(500), z.literal(503)]),
      message: z.string().optional(),
      retryAfterSeconds: z.number().nonnegative().optional(),
    })
    .optional(),
  breakAfter: chunks.optional(),
  hangAfter: chunks.optional(),
  finish: z.enum(['STOP', 'MAX_TOKENS', 'SAFETY', 'RECITATION', 'OTHER']).optional(),
})

/**
 * One rule of the script; everything is optional, and a rule without `match` and `model` fits every request.
 * - `match`: text the newest user turn contains (case counts); `model`: the exact model name.
 * - `count`: how many requests it serves.
 * - `reply`: the literal reply; `length`: cut or fill the reply to so many characters.
 * - `firstTokenMs`, `chunkDelayMs`: milliseconds; `chunkSize`: characters.
 * - `fail`: an error before the first token. `breakAfter`: the connection is cut after so many chunks.
 *   `hangAfter`: nothing more comes after so many chunks, 0 = nothing at all, until the caller leaves.
 * - `finish`: the finish reason of the last chunk.
 */
export type ScriptRule = z.infer<typeof rulePattern>

export interface Script {
  add(...rules: ScriptRule[]): void
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
        ({ match, model }) =>
          (model ?? conversation.model) === conversation.model && text.includes(match ?? ''),
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
