// Queries over the few databases, containers or offers there are, evaluated in memory.
import { newEnvironment } from '../query/compiled.ts'
import { evaluateAll } from '../query/evaluate.ts'
import { planQuery } from '../query/plan.ts'
import type { Call } from './call.ts'
import { parseQueryBody } from './handle-query.ts'

/** What the request's query makes of the rows. @throws CosmosError 400 */
export function search(call: Call, rows: Record<string, unknown>[]): unknown[] {
  const { text, parameters } = parseQueryBody(call.request.body)
  const { compiled } = planQuery(text)
  const env = newEnvironment(parameters, call.service.clock())
  return evaluateAll(compiled, env, (row) => {
    for (const document of rows) {
      env.slots[0] = document
      compiled.expand(env, row)
    }
  })
}
