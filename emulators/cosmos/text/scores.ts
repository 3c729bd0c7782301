// BM25: how much a text is about some terms, given how rare these are and how long texts are at all.
// https://learn.microsoft.com/azure/cosmos-db/gen-ai/full-text-search
import { phrasesOf, wordsOf } from './words.ts'

export interface TextStatistics {
  documents: number
  words: number
  /** Of each term, in how many documents it is. */
  hits: readonly number[]
}

const K1 = 1.2
const B = 0.75

/** The score of a text; 0 without one, and without any of the terms. */
export function bm25(
  text: unknown,
  terms: readonly string[],
  { documents, words, hits }: TextStatistics,
): number {
  if (typeof text !== 'string') return 0
  const found = wordsOf(text)
  const average = documents === 0 ? 0 : words / documents
  const length = average === 0 ? 1 : found.length / average
  return terms.reduce((score, term, i) => {
    const times = occurrences(found, phrasesOf([term])[0] ?? [])
    const inDocuments = Math.min(hits[i] ?? 0, documents)
    const rarity = Math.log(1 + (documents - inDocuments + 0.5) / (inDocuments + 0.5))
    return score + (rarity * times * (K1 + 1)) / (times + K1 * (1 - B + B * length))
  }, 0)
}

function occurrences(words: readonly string[], phrase: readonly string[]): number {
  if (phrase.length === 0) return 0
  return words.filter((_, start) => phrase.every((word, i) => words[start + i] === word)).length
}

/** Reciprocal rank fusion: of each row its places in several rankings as one number. Equal scores share a place. */
export function fuse(rows: readonly (readonly number[])[], weights: readonly number[]): number[] {
  const fused = rows.map(() => 0)
  weights.forEach((weight, i) => {
    const places = new Map(
      [...new Set(rows.map((scores) => scores[i]!))]
        .sort((a, b) => b - a)
        .map((score, place) => [score, place + 1]),
    )
    rows.forEach((scores, row) => {
      fused[row]! += weight / (RANK_CONSTANT + places.get(scores[i]!)!)
    })
  })
  return fused
}
const RANK_CONSTANT = 60
