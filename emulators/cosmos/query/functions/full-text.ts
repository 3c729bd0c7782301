// Full-text functions of one document. https://learn.microsoft.com/azure/cosmos-db/gen-ai/full-text-search
import { hasPhrase, phrasesOf, wordsOf } from '../../text/words.ts'
import { type Apply, fn, isText } from './define.ts'

const search =
  (quantify: (phrases: string[][], test: (phrase: string[]) => boolean) => boolean): Apply =>
  ([source, ...texts]) => {
    if (!isText(source) || !texts.every(isText)) return undefined
    const words = wordsOf(source)
    const phrases = phrasesOf(texts)
    return phrases.length > 0 && quantify(phrases, (phrase) => hasPhrase(words, phrase))
  }
const every = search((phrases, test) => phrases.every(test))
const some = search((phrases, test) => phrases.some(test))

export const fullText = {
  FULLTEXTCONTAINS: fn(2, 2, every),
  FULLTEXTCONTAINSALL: fn(2, 1000, every),
  FULLTEXTCONTAINSANY: fn(2, 1000, some),
}
