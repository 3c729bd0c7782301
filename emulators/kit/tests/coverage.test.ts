// The coverage table, from test files written for the purpose.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { END, readmeWithCoverage, readTests, START } from '../coverage.ts'

const SAMPLE = `// What it is about. More of it, e.g. how.
import { test } from './nowhere.ts'
const attest = (name) => name
attest('not a test')

test('one', () => {})
test("it's | two", async () => {})
test(
  \`a long \${name} in a template\`,
  () => {},
)
test('escaped \\'quotes\\'', () => {})
test.each([['a', () => f('x')], ['b', g]])('case %s is %i', () => {})
test.each<[string, number]>([
  ['a', 1],
])('typed %j', () => {
  test('looks nested', () => {})
})
describe('outer', () => {
  describe('inner', () => {
    test('deep', () => {})
  })
  test('shallow', () => {})
})
describe(\`\${a}, \${b}\`, () => {
  test('of every case', () => {})
})
test('last', () => {})
`

test('every form of test is found, with the describes around it', () => {
  expect(readTests(SAMPLE)).toEqual({
    feature: 'What it is about',
    tests: [
      'one',
      "it's | two",
      'a long … in a template',
      "escaped 'quotes'",
      'case … is …',
      'typed …',
      'looks nested',
      'outer: inner: deep',
      'outer: shallow',
      'of every case',
      'last',
    ],
  })
})

async function withFolder(readme: string, run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'coverage-'))
  await mkdir(join(folder, 'tests'))
  await writeFile(join(folder, 'README.md'), readme)
  await writeFile(join(folder, 'tests', 'b.test.ts'), "// Second.\ntest('<b> & *|*', () => {})\n")
  await writeFile(join(folder, 'tests', 'a.test.ts'), "// First\ntest('x', () => {})\ntest('y', () => {})\n")
  await writeFile(join(folder, 'tests', 'support.ts'), "test('no test file', () => {})\n")
  try {
    await run(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const TABLE = `<table>
<tr><th>Feature</th><th>Proven by a test</th></tr>
<tr><td>First</td><td>
x<br>
y
</td></tr>
<tr><td>Second</td><td>
&lt;b&gt; &amp; *|*
</td></tr>
</table>
`

test('the program writes the table between the markers and leaves the rest; a second run changes nothing', () =>
  withFolder(`# Title\n\n${START}\nold\n${END}\n\nEnd.\n`, async (folder) => {
    const before = await readmeWithCoverage(folder)
    expect(before.readme === before.current).toBe(false)
    const program = new URL('../coverage.ts', import.meta.url).pathname
    await promisify(execFile)(process.execPath, [program, folder])
    const written = await readFile(join(folder, 'README.md'), 'utf8')
    expect(written).toBe(`# Title\n\n${START}\n\n${TABLE}\n${END}\n\nEnd.\n`)
    const after = await readmeWithCoverage(folder)
    expect(after.readme).toBe(written)
  }))

test('a README without markers and a test file without a test are refused', () =>
  withFolder('# Title\n', async (folder) => {
    await expect(readmeWithCoverage(folder)).rejects.toThrow('has no <!-- coverage')
    await writeFile(join(folder, 'README.md'), `${START}\n${END}\n`)
    await writeFile(join(folder, 'tests', 'c.test.ts'), '// Third.\n')
    await expect(readmeWithCoverage(folder)).rejects.toThrow('c.test.ts has no first comment, or no test.')
  }))
