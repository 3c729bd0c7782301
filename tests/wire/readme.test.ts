// The README's walk-through, run as it stands: what it shows is what happens.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { seedDemo } from '../../local/seed/demo.ts'
import { startWorld } from '../support/world.ts'

/** A block marked as run, with the output shown below it, or as saved under a name. */
const STEP = /<!-- (?:run|save (\S+)) -->\n\n```\w+\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g
const END = '=== end of a step ==='
const IDS = /(?<![\w-])[\w-]{22,23}(?![\w-])|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g
const TIMES = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g

test('the walk-through of the README does what it shows', async () => {
  const readme = await readFile('README.md', 'utf8')
  const steps = [...readme.matchAll(STEP)].map(([, file, code, shown]) => ({ file, code: code!, shown }))
  const commands = steps.filter(({ file }) => file === undefined)
  expect(commands.length).toBeGreaterThan(5)

  await using world = await startWorld()
  const api = world.apis[0]!
  await seedDemo(api)
  const folder = await mkdtemp(join(tmpdir(), 'parley-readme-'))
  for (const { file, code } of steps) if (file !== undefined) await writeFile(join(folder, file), code)
  const script = commands.map(({ code }) => `${code}\necho '${END}'\n`).join('')
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-euc', script.replace('http://127.0.0.1:7071/api', api)],
    {
      cwd: folder,
      env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` },
      timeout: 20_000,
    },
  )
  await rm(folder, { recursive: true })

  const outputs = stdout.split(END)
  expect(outputs).toHaveLength(commands.length + 1)
  for (const [i, { shown }] of commands.entries()) {
    if (shown !== undefined) expect(comparable(outputs[i]!)).toMatch(pattern(shown))
  }
}, 60_000)

/** Ids and times differ from run to run. */
const comparable = (text: string): string => text.trim().replace(IDS, '<id>').replace(TIMES, '<time>')

/** What is left out of the README may be anything. */
function pattern(shown: string): RegExp {
  const parts = comparable(shown).split('…')
  return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 's')
}
