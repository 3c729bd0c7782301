import { readdirSync, readFileSync } from 'node:fs'

/**
 * One example of the wire, for every language: `schema` names what a client sends, `frame` what it gets.
 * `expect` is what `value` is answered with or read as; without it, the value itself.
 */
export interface Example {
  file: string
  name: string
  schema?: string
  frame?: string
  value: unknown
  expect?: unknown
}

/** The examples of a folder, `valid` or `invalid`, in the order of their file names. */
export function readExamples(folder: 'valid' | 'invalid'): Example[] {
  const at = new URL(`./${folder}/`, import.meta.url)
  return readdirSync(at)
    .sort()
    .map((file) => ({ file, ...JSON.parse(readFileSync(new URL(file, at), 'utf8')) }))
}
