// The built-in functions by name. https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions
import { badRequest, notImplemented } from '../../wire/errors.ts'
import type { Evaluate } from '../compiled.ts'
import { arrays } from './arrays.ts'
import { dates } from './dates.ts'
import type { BuiltIn } from './define.ts'
import { fullText } from './full-text.ts'
import { integers } from './integers.ts'
import { math } from './math.ts'
import { spatial } from './spatial.ts'
import { strings } from './strings.ts'
import { types } from './types.ts'

const FUNCTIONS = new Map<string, BuiltIn>(
  Object.entries({
    ...strings,
    ...math,
    ...arrays,
    ...types,
    ...dates,
    ...fullText,
    ...integers,
    ...spatial,
  }),
)

const NOT_COVERED = /^(UDF\.|DATETIMEFORMAT$|REGEXEXTRACT)/

/**
 * A call of the named function; names are in upper case.
 * @throws CosmosError 400 for an unknown name or a wrong number of arguments, 501 for what is not covered.
 */
export function callFunction(name: string, args: Evaluate[]): Evaluate {
  const found = FUNCTIONS.get(name)
  if (!found) {
    if (/^(FULLTEXTSCORE|RRF)$/.test(name)) throw badRequest(`${name} is only allowed in ORDER BY RANK.`)
    if (NOT_COVERED.test(name)) throw notImplemented(`the query function ${name}`)
    const message = `'${name}' is not a recognized built-in function name.`
    throw badRequest(JSON.stringify({ errors: [{ severity: 'Error', code: 'SC2005', message }] }))
  }
  if (args.length < found.least || args.length > found.most) {
    const message = `The ${name} function requires ${found.least} argument(s).`
    throw badRequest(JSON.stringify({ errors: [{ severity: 'Error', code: 'SC2050', message }] }))
  }
  const { apply } = found
  return (env) => {
    if (env.flat && name.startsWith('ST_')) throw notImplemented(`${name} in flat space (Geometry)`)
    return apply(
      args.map((arg) => arg(env)),
      env.now,
    )
  }
}
