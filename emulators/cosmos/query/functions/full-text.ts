// Full-text search by words: lower-cased runs of letters and digits, without stemming or stop words, which the service
// applies by language. https://learn.microsoft.com/azure/cosmos-db/gen-ai/full-text-search
import { type Apply, fn, isText } from './define.ts'

const words = (source: string) => source.toLowerCase().match(/[\p{L}\p{N}\p{M}_]+/gu) ?? []

/** Whether the words of the phrase stand in the text, in a row. */
function hasPhrase(source: readonly string[], phrase: string): boolean {
  const wanted = words(phrase)
  if (wanted.length === 0) return false
  return source.some((_, start) => wanted.every((word, i) => source[start + i] === word))
}

const search =
  (quantify: (phrases: string[], test: (phrase: string) => boolean) => boolean): Apply =>
  ([source, ...phrases]) => {
    if (!isText(source) || !phrases.every(isText)) return undefined
    const all = words(source)
    return quantify(phrases as string[], (phrase) => hasPhrase(all, phrase))
  }

export const fullText = {
  FULLTEXTCONTAINS: fn(
    2,
    2,
    search((phrases, test) => phrases.every(test)),
  ),
  FULLTEXTCONTAINSALL: fn(
    2,
    1000,
    search((phrases, test) => phrases.every(test)),
  ),
  FULLTEXTCONTAINSANY: fn(
    2,
    1000,
    search((phrases, test) => phrases.some(test)),
  ),
}
