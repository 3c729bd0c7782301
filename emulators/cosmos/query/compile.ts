// Turns a parsed query into closures. Names are resolved to slots once, so evaluating a row touches no maps.
import { badRequest } from '../wire/errors.ts'
import type { Expression, Query, Source } from './ast.ts'
import { compileExpression } from './compile-expression.ts'
import type { AggregateSpec, CompiledQuery, Context, Environment, Evaluate } from './compiled.ts'
import { evaluateAll } from './evaluate.ts'

/** @throws CosmosError 400 for names and functions that do not exist, 501 for what is not covered. */
export function compileQuery(query: Query): CompiledQuery {
  return compileIn(query, { names: new Map(), counters: { slots: 1, aggregates: 0 } }, true)
}

/** An expression without names, such as the bound of a range; compiled on its own. */
export function compileConstant(expression: Expression): Evaluate {
  return compileExpression(expression, { names: new Map(), counters: { slots: 0, aggregates: 0 } })
}

function compileIn(query: Query, outer: Context, top: boolean): CompiledQuery {
  const context: Context = { names: new Map(outer.names), counters: outer.counters }
  const expand = compileSources(query.sources, context, top)
  const aggregates: AggregateSpec[] = []
  const plain = (expression: Expression) => compileExpression(expression, context)
  const selecting = { ...context, aggregates }
  const optional = (name: 'top' | 'offset' | 'limit') => {
    const expression = query[name]
    return expression && { [name]: plain(expression) }
  }
  return {
    expand,
    ...(query.where && { where: plain(query.where) }),
    project: compileSelection(query, selecting),
    groupBy: query.groupBy.map(plain),
    aggregates,
    orderBy: query.orderBy.map(({ expression, descending }) => ({ evaluate: plain(expression), descending })),
    distinct: query.distinct,
    ...optional('top'),
    ...optional('offset'),
    ...optional('limit'),
  }
}

function compileSources(sources: Source[], context: Context, top: boolean): CompiledQuery['expand'] {
  const steps: ((env: Environment, next: () => void) => void)[] = []
  sources.forEach((source, index) => {
    // The first name of a query's FROM stands for the container, whatever it is called.
    const rooted = top && index === 0 ? { ...context, names: new Map(context.names) } : context
    if (rooted !== context && source.expression) rooted.names.set(rootName(source.expression), 0)
    const produce =
      source.kind === 'query'
        ? compileSubquery(source.query!, context)
        : compileExpression(source.expression!, rooted)
    const isRoot = rooted !== context && source.kind === 'value' && source.expression?.kind === 'name'
    const slot = isRoot ? 0 : context.counters.slots++
    if (source.alias) context.names.set(source.alias, slot)
    if (isRoot) return
    const many = source.kind !== 'value'
    steps.push((env, next) => {
      const value = produce(env)
      if (value === undefined) return
      if (!many) {
        env.slots[slot] = value
        return next()
      }
      if (!Array.isArray(value)) return
      for (const element of value) {
        env.slots[slot] = element
        next()
      }
    })
  })
  return (env, row) => {
    const run = (step: number): void => {
      if (step === steps.length) row()
      else steps[step]!(env, () => run(step + 1))
    }
    run(0)
  }
}

function rootName(expression: Expression): string {
  let inner = expression
  while (inner.kind === 'member') inner = inner.object
  return inner.kind === 'name' ? inner.name : ''
}

function compileSelection(query: Query, context: Context): Evaluate {
  const { selection, sources } = query
  if (selection.kind === 'value') return compileExpression(selection.expression, context)
  if (selection.kind === 'all') {
    if (sources.length !== 1) throw badRequest("'SELECT *' is only valid with a single input set.")
    const slot = context.names.get(sources[0]!.alias) ?? 0
    return (env) => env.slots[slot]
  }
  const items = selection.items.map(({ name, expression }) => ({
    name,
    evaluate: compileExpression(expression, context),
  }))
  return (env) => {
    const row: Record<string, unknown> = {}
    for (const { name, evaluate } of items) {
      const value = evaluate(env)
      if (value !== undefined) row[name] = value
    }
    return row
  }
}

/** All results of a subquery, as a function of what its surroundings have bound. */
export function compileSubquery(query: Query, context: Context): (env: Environment) => unknown[] {
  const compiled = compileIn(query, context, false)
  return (env) => evaluateAll(compiled, env, (row) => compiled.expand(env, row))
}
