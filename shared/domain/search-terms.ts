// What somebody searches for: words, all of which must be there. What stands in quotes, or is joined as in "half-time",
// must stand in a row.

/** So many words a search takes. */
export const MAX_SEARCH_WORDS = 10
/** UTF-16 code units. */
export const MAX_QUERY = 200

const PART = /["“”„«»]([^"“”„«»]*)["“”„«»]|([^\s"“”„«»]+)/gu
const WORD = /[\p{L}\p{N}\p{M}_]+(?:['’][\p{L}\p{N}\p{M}_]+)*/gu

/** The terms of a search, each one word or several with a space between; none when nothing in it is a word. */
export function searchTerms(q: string): string[] {
  const parts = [...q.matchAll(PART)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  const terms = parts.map((part) => (part.match(WORD) ?? []).join(' '))
  return [...new Set(terms.filter((term) => term !== ''))]
}

/** How many words the terms have. */
export const wordCount = (terms: string[]): number =>
  terms.reduce((count, term) => count + term.split(' ').length, 0)
