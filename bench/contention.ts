// Eight processes write to one chat, 200 sends a second in all: nobody may starve.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { report, spread } from './numbers.ts'
import { createGroup, registerMany } from './people.ts'
import type { Stack } from './stack.ts'

const PROCESSES = 8
const PER_SECOND = 25
const SECONDS = 15

export async function benchContention(stack: Stack, settings: Record<string, string>): Promise<void> {
  const people = await registerMany(stack.api, PROCESSES)
  const chatId = await createGroup(people)
  const runs = await Promise.all(
    people.map(({ userId }, i) =>
      promisify(execFile)(
        process.execPath,
        ['bench/writer.ts', chatId, userId, `w${i}`, String(PER_SECOND), String(SECONDS)],
        { env: { ...process.env, ...settings }, maxBuffer: 16 * 1024 * 1024 },
      ),
    ),
  )
  const latencies = runs.flatMap(({ stdout }) => JSON.parse(stdout) as number[])
  report(
    `append, ${PROCESSES} processes, ${PROCESSES * PER_SECOND} sends/s offered to one chat`,
    spread(latencies),
    'p50 ≤ 75 ms, p99 ≤ 360 ms, max ≤ 2 s',
  )
}
