// Nothing stays behind in the system's temporary folder, however the process ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

const MODULE = new URL('../temporary-root.ts', import.meta.url).href

let system: string
beforeEach(async () => {
  system = await mkdtemp(join(tmpdir(), 'system-'))
})
afterEach(() => rm(system, { recursive: true, force: true }))

/** A process that makes a root, and in it a folder with a file; then it ends when its input does, or by a signal. */
async function begin() {
  const script = `
    import { mkdtempSync, writeFileSync } from 'node:fs'
    import { tmpdir } from 'node:os'
    import { join } from 'node:path'
    import { makeTemporaryRoot } from '${MODULE}'
    const root = makeTemporaryRoot()
    writeFileSync(join(mkdtempSync(join(tmpdir(), 'deep-')), 'file'), 'left behind')
    console.log(root)
    process.stdin.resume()`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    env: { ...process.env, NODE_OPTIONS: '', TMPDIR: system, TEMP: system, TMP: system },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [root] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`It ended with ${code}.`))),
  ])
  return { child, ended, root: String(root) }
}

test('a process that ends by itself takes it along', async () => {
  const { child, ended, root } = await begin()
  expect(dirname(root)).toBe(system)
  expect(await readdir(root)).toEqual([expect.stringMatching(/^deep-/)])
  child.stdin.end()
  expect(await ended).toEqual([0, null])
  expect(await readdir(system)).toEqual([])
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'so does one that is ended by %s, which still ends it',
  async (signal) => {
    const { child, ended } = await begin()
    child.kill(signal)
    expect(await ended).toEqual([null, signal])
    expect(await readdir(system)).toEqual([])
  },
)

test('what a killed one left is removed by the next, what another still uses is not', async () => {
  const killed = await begin()
  const living = await begin()
  killed.child.kill('SIGKILL')
  await killed.ended
  const next = await begin()
  expect((await readdir(system)).sort()).toEqual([basename(living.root), basename(next.root)].sort())
  for (const { child, ended } of [living, next]) {
    child.stdin.end()
    await ended
  }
  expect(await readdir(system)).toEqual([])
})

test('these tests have such a folder, and the bundle under test lies in it', () => {
  expect(basename(tmpdir())).toMatch(/^parley-\d+-\w{6}$/)
  expect(process.env.PARLEY_TEST_APP).toBe(join(tmpdir(), 'app'))
})
