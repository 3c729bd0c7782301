// What the documents name is there: the files they link to, and every dependency with its reason.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const documents = globSync(['*.md', 'docs/**/*.md', 'local/*.md', 'emulators/**/*.md'])

test('every link to a file leads to one', () => {
  const links = documents.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:\]\(|src=")(?!https?:|#)([^)"#\s]+)/g)].map(([, target]) => ({
      file,
      target: target!,
    })),
  )
  expect(links.length).toBeGreaterThan(50)
  expect(links.filter(({ file, target }) => !existsSync(join(dirname(file), target)))).toEqual([])
})

test('the files that a decision names as its code and its proof are there', () => {
  const named = globSync('docs/decisions/*.md').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/`([\w-]+\/[\w./-]+\.ts)`/g)].map(([, path]) => path!),
  )
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((path) => !existsSync(path))).toEqual([])
})

test('every dependency has a line that says why it is there, and no other package has', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const rows = [...readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| `([^`]+)`/gm)].map(
    ([, name]) => name!,
  )
  expect(rows.sort()).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)].sort())
})
