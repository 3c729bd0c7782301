// What can be asked of the emulator itself, under `/_emulator/`, beside the faults that every emulator has.
import { z } from 'zod'
import type { Operation, Reply } from '../kit/http-server.ts'
import type { Stats } from './stats.ts'
import { badRequest } from './wire/errors.ts'
import { parseJson } from './wire/request.ts'

const splitPattern = z.strictObject({ database: z.string(), container: z.string(), range: z.string() })

interface Administered {
  stats: Stats
  /** The container's ranges afterwards. */
  split(database: string, container: string, rangeId: string): unknown
}

/** The operation behind an admin route of ours; undefined leaves it to the kit. */
export function adminRoute(url: string, { stats, split }: Administered): Operation | undefined {
  if (url === '/_emulator/stats') {
    return operation((_, method) => {
      if (method === 'DELETE') stats.reset()
      return { operations: stats.read() }
    })
  }
  if (url === '/_emulator/split') {
    return operation((body) => {
      const parsed = splitPattern.safeParse(parseJson(body))
      if (!parsed.success) throw badRequest('A split is {"database": …, "container": …, "range": …}.')
      return { ranges: split(parsed.data.database, parsed.data.container, parsed.data.range) }
    })
  }
  return undefined
}

const operation = (run: (body: Buffer, method: string | undefined) => unknown): Operation => ({
  name: '_emulator',
  run: (body, { method }): Reply => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(run(body, method)),
  }),
})
