// What may be asked of a bot, and what it may say. One function decides both: a prompt, and all that goes with it, before the
// model sees it; an answer before each piece of it is shown. A service such as Azure AI Content Safety would be another function of this type.
import type { Usage } from '../../domain/bot.ts'

export interface Said {
  by: 'person' | 'bot'
  /** Of a bot all that it said so far. */
  text: string
}

/** @throws whatever keeps it from deciding: the answer is tried again later, as when a model fails */
export type Moderate = (said: Said) => Promise<'allowed' | 'refused'>

/** Refuses what matches one of the patterns. */
export const byPatterns =
  (patterns: RegExp[]): Moderate =>
  async ({ text }) =>
    patterns.some((pattern) => pattern.test(text)) ? 'refused' : 'allowed'

/** What people said and a model may be told: a prompt that points to what was refused before is no way around. */
export async function allowed<T>(
  moderate: Moderate,
  said: T[],
  textOf: (one: T) => string | undefined,
): Promise<T[]> {
  const verdicts = await Promise.all(
    said.map((one) => {
      const text = textOf(one)
      return text === undefined ? 'allowed' : moderate({ by: 'person', text })
    }),
  )
  return said.filter((_, i) => verdicts[i] === 'allowed')
}

/** What the model said is not to be shown. */
export class Refused extends Error {
  /** What it took. */
  readonly usage: Usage | undefined

  constructor(usage?: Usage) {
    super('The answer was refused.')
    this.name = 'Refused'
    this.usage = usage
  }
}
