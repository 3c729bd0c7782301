// `/_emulator/clock`: where the host's time stands, and moving it on when it is a clock that stands still.
import type { IncomingMessage } from 'node:http'
import * as z from 'zod'
import type { Clock } from '../kit/clock.ts'
import type { Operation, Reply } from '../kit/http-server.ts'
import type { ManualClock } from '../kit/manual-clock.ts'

const step = z.strictObject({ advanceMs: z.number().nonnegative() })

/** The route, for requests that are for it. What it is asked wrongly ends as ZodError or SyntaxError. */
export function clockRoute(clock: Clock, request: IncomingMessage): Operation | undefined {
  if (request.url !== '/_emulator/clock') return undefined
  return {
    name: '_emulator',
    async run(body) {
      if (request.method === 'POST') {
        if (!isManual(clock)) {
          return json(409, {
            message: 'The host goes by the clock of the machine: start it with --manual-clock.',
          })
        }
        await clock.advance(step.parse(JSON.parse(body.toString('utf8'))).advanceMs)
      }
      return json(200, { now: new Date(clock.now()).toISOString() })
    },
  }
}

const isManual = (clock: Clock): clock is ManualClock => 'advance' in clock

function json(status: number, body: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
