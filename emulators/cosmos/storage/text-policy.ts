// The full-text policy and the full-text indexes of a container, checked with the service's words.
import { z } from 'zod'
import { badRequest, notImplemented } from '../wire/errors.ts'

export const fullTextPolicy = z
  .object({
    defaultLanguage: z.string().default('en-US'),
    fullTextPaths: z
      .array(z.object({ path: z.string(), language: z.string().optional() }).loose())
      .optional(),
  })
  .loose()
export const fullTextIndex = z.object({ path: z.string().optional() }).loose()

/** One property, without a wildcard. */
const PATH = /^(\/("[^"*]+"|[^/"*[\]?]+))+$/
/** By its name, and by the number Windows gives it. */
const ENGLISH = ['en-US', '1033']
const LANGUAGES = ['en-US', 'fr-FR', 'de-DE', 'it-IT', 'pt-BR', 'pt-PT', 'es-ES']

/** @throws CosmosError 400, 501 for the languages of the service that are not English. */
export function checkTexts(
  policy: z.output<typeof fullTextPolicy> | undefined,
  indexes: z.output<typeof fullTextIndex>[],
): void {
  const paths = policy?.fullTextPaths ?? []
  for (const { path } of paths) {
    if (!PATH.test(path)) throw badRequest(`The Full Text Policy contains an invalid Path: ${path}.`)
  }
  for (const language of [policy?.defaultLanguage, ...paths.map((one) => one.language)]) {
    if (language === undefined || ENGLISH.includes(language)) continue
    if (LANGUAGES.includes(language)) throw notImplemented(`full-text search in the language '${language}'`)
    throw badRequest(
      `The Full Text Policy contains an unsupported language ${language}. Supported languages are: ${LANGUAGES.join(', ')}.`,
    )
  }
  indexes.forEach(({ path }, i) => {
    if (path === undefined) throw badRequest(`Missing path in full-text index specification at index (${i}).`)
    if (!PATH.test(path))
      throw badRequest(`Full-text index specification at index (${i}) contains invalid path.`)
    if (paths.some((one) => one.path === path)) return
    throw badRequest(
      `The path of the Full Text Index ${path} does not match the path specified in the Full Text Policy.`,
    )
  })
}
