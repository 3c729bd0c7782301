import { rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, measureLoad } from '../local/build.ts'
import { report } from './numbers.ts'
import { residentMb, startStack } from './stack.ts'

/** A warm start: the second on the same data, ready to answer. */
export async function benchStart(ports: number): Promise<void> {
  const data = join(tmpdir(), `parley-bench-start-${process.pid}`)
  await (await startStack(ports, data))[Symbol.asyncDispose]()
  const stack = await startStack(ports, data)
  const sizes = await Promise.all(
    Object.entries(stack.pids).map(async ([name, pid]) => [name, await residentMb(pid)] as const),
  )
  await stack[Symbol.asyncDispose]()
  await rm(data, { recursive: true, force: true })
  const all = sizes.reduce((sum, [, mb]) => sum + mb, 0)
  const parts = sizes.map(([name, mb]) => `${name} ${mb}`).join(', ')
  report('npm start to ready, warm', `${(stack.readyMs / 1_000).toFixed(1)} s`, '≤ 4 s')
  report('memory of everything npm start runs', `${all} MB (${parts})`, '≤ 300 MB')
}

export async function benchBundle(): Promise<void> {
  await build('dist')
  const { size } = await stat('dist/main.cjs')
  report('deployed bundle', `${(size / 1e6).toFixed(2)} MB`, '≤ 1.5 MB')
  report('bundle load time', `${await measureLoad(join(process.cwd(), 'dist/main.cjs'))} ms`, '≤ 250 ms')
}
