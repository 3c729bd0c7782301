// The table in an emulator's README that says what its tests prove, made from the tests themselves so that it cannot
// drift. A row per test file: its first sentence names the feature, the names of its tests say what is covered.
// `node emulators/kit/coverage.ts emulators/<name>` rewrites the table between the two markers of that README.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'

export const START = '<!-- coverage: made from the tests -->'
export const END = '<!-- /coverage -->'

/**
 * The README of an emulator's folder with its table as the tests in `<folder>/tests` have it now.
 * @throws Error when the README has no markers, or a test file has no first comment or no test.
 */
export async function readmeWithCoverage(folder: string): Promise<{ readme: string; current: string }> {
  const current = await readFile(join(folder, 'README.md'), 'utf8')
  const [before, after] = [current.indexOf(START), current.indexOf(END)]
  if (before === -1 || after < before) throw new Error(`${folder}/README.md has no ${START} … ${END}.`)
  const table = await coverageTable(join(folder, 'tests'))
  const readme = `${current.slice(0, before)}${START}\n\n${table}\n${current.slice(after)}`
  return { readme, current }
}

/**
 * A table over the `*.test.ts` files of a folder, in the order of their names. HTML with a line per test: formatters
 * leave it alone, and a change of one test is a change of one line.
 */
export async function coverageTable(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.test.ts')).toSorted()
  const rows = await Promise.all(
    files.map(async (file) => {
      const { feature, tests } = readTests(await readFile(join(folder, file), 'utf8'))
      if (feature === '' || tests.length === 0) throw new Error(`${file} has no first comment, or no test.`)
      return `<tr><td>${escapeHtml(feature)}</td><td>\n${tests.map(escapeHtml).join('<br>\n')}\n</td></tr>\n`
    }),
  )
  return `<table>\n<tr><th>Feature</th><th>Proven by a test</th></tr>\n${rows.join('')}</table>\n`
}

/** What one test file is about and the names of its tests; those of a `describe` begin with its name. */
export function readTests(source: string): { feature: string; tests: string[] } {
  const feature = /^\/\/ (.+?)(?:\. .*|\.)?$/m.exec(source)?.[1] ?? ''
  const tests: string[] = []
  const outer: { indent: number; name: string }[] = []
  for (const [, indent = '', kind, , raw = ''] of source.matchAll(CALL)) {
    while (outer.length > 0 && outer.at(-1)!.indent >= indent.length) outer.pop()
    const name = readable(raw)
    if (kind === 'describe') outer.push({ indent: indent.length, name })
    else tests.push([...outer.map((one) => one.name).filter(hasWords), name].join(': '))
  }
  return { feature, tests }
}

/** `test('…'`, `describe("…"` and their `.each(…)('…'`; relies on the formatter for indentation. */
const CALL = /^( *)(test|describe)(?:\.each\b[\s\S]*?\)\(|\()\s*(['"`])((?:\\.|(?!\3)[\s\S])*)\3/gm

/** The name without escapes; what a table of cases or a template fills in shows as `…`. */
const readable = (raw: string): string =>
  raw
    .replaceAll(/%[sidjof#p]|\$\{[^}]*\}|\$[a-z][\w.]*/gi, '…')
    .replaceAll(/\\(.)/g, '$1')
    .replaceAll(/\s+/g, ' ')

/** A describe that is all cases says nothing. */
const hasWords = (name: string): boolean => /\p{L}/u.test(name)

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const folder of argv.slice(2)) {
    await writeFile(join(folder, 'README.md'), (await readmeWithCoverage(folder)).readme)
  }
}
