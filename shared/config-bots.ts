// The settings that say which bots there are, what they may call and use, and what is forbidden.
import * as z from 'zod'
import { type Bot, BUILT_IN_TOOLS, type HttpToolSettings, PROVIDERS } from './domain/bot.ts'

const text = z.string().min(1)

/** A setting that holds JSON. */
export const json = <T>(schema: z.ZodType<T>) =>
  text
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value)
      } catch {
        context.addIssue('is not JSON')
        return z.NEVER
      }
    })
    .pipe(schema)

const modelName = z.strictObject({ provider: z.enum(PROVIDERS), model: text })

export const bot = z
  .strictObject({
    botId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    displayName: text,
    models: z.array(modelName).min(1).optional(),
    ...modelName.partial().shape,
    systemPrompt: text.optional(),
    temperature: z.number().min(0).max(2).optional(),
    contextTokens: z.int().positive().optional(),
    replyTokens: z.int().positive().optional(),
    images: z.boolean().optional(),
    tools: z.array(text).optional(),
  })
  .transform(({ models, provider, model, ...rest }, context): Bot => {
    const one = modelName.safeParse({ provider, model }).data
    const [first, ...others] = models ?? (one ? [one] : [])
    if (first && (models === undefined || (provider ?? model) === undefined))
      return { ...rest, models: [first, ...others] }
    context.addIssue('needs either models or provider and model')
    return z.NEVER
  })

export const pattern = text.transform((value, context): RegExp => {
  try {
    return new RegExp(value, 'iu')
  } catch {
    context.addIssue('is no regular expression')
    return z.NEVER
  }
})
export const httpTool = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  description: text,
  parameters: z.looseObject({ type: z.literal('object') }),
  url: z.url({ protocol: /^https?$/ }),
  method: z.enum(['GET', 'POST']).default('POST'),
  headers: z.record(z.string(), z.string()).optional(),
})
export const list = z
  .string()
  .default('')
  .transform((names) => names.split(/[\s,]+/).filter((name) => name !== ''))

export const quotas = z.strictObject({
  userTokensPerDay: z.int().positive().optional(),
  chatTokensPerDay: z.int().positive().optional(),
})

export type BotQuotas = z.infer<typeof quotas>

/** @throws Error for a tool of a host that is not allowed, and for a bot's tool that there is not */
export function checkTools({
  BOT_TOOLS,
  BOT_TOOL_HOSTS,
  BOTS,
}: {
  BOT_TOOLS: HttpToolSettings[]
  BOT_TOOL_HOSTS: string[]
  BOTS: Bot[]
}): void {
  const foreign = BOT_TOOLS.find(({ url }) => !BOT_TOOL_HOSTS.includes(new URL(url).host))
  if (foreign) throw new Error(`App settings: ✖ BOT_TOOL_HOSTS does not allow the host of ${foreign.name}`)
  const known = [...BUILT_IN_TOOLS, ...BOT_TOOLS.map(({ name }) => name)]
  const missing = BOTS.flatMap(({ tools = [] }) => tools).find((name) => !known.includes(name))
  if (missing !== undefined) throw new Error(`App settings: ✖ BOTS names the tool ${missing}, which is none`)
}
