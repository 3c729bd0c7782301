// The OData filters of sends, closes and group changes, compiled to a predicate over connections. Types are checked
// while compiling, so a filter that makes no sense is refused even when there is nobody to apply it to.
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-odata-filter
import type { Connection } from '../connection.ts'
import { mistyped } from './filter-functions.ts'
import { parseExpression } from './filter-parse.ts'
import { createReader } from './filter-reader.ts'
import { badFilter, syntaxError } from './filter-tokens.ts'

/**
 * Compiles a filter; none or an empty one lets every connection through.
 * @throws ServiceError 400 that says what is wrong.
 */
export function compileFilter(filter: string | null | undefined): (connection: Connection) => boolean {
  if (filter === null || filter === undefined || filter === '') return () => true
  const reader = createReader(filter)
  const expression = parseExpression(reader)
  if (reader.peek().kind !== 'end') throw syntaxError(filter, reader.peek().end)
  const [word] = reader.unknown
  if (word !== undefined) throw badFilter(filter, `'${word}' is not known`)
  if (expression.type !== 'boolean') throw mistyped(filter.trim(), expression)
  return (connection) => expression.of(connection) === true
}
