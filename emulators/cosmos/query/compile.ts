// Turns a parsed query into closures. Names are resolved to slots once, so evaluating a row touches no maps.
// A missing value is `undefined` throughout, and an operator given one answers `undefined`, as in the service.
import { badRequest } from '../wire/errors.ts'
import { type AggregateSpec, isAggregate } from './aggregates.ts'
import type { Expression, Query, Source } from './ast.ts'
import { evaluateAll } from './evaluate.ts'
import { callFunction } from './functions/index.ts'
import { likePattern, operators } from './operators.ts'
import { equalValues, isObject } from './values.ts'

/** What an evaluation needs: the bound names, the parameters and the finished aggregates. */
export interface Environment {
  slots: unknown[]
  aggregates: unknown[]
  parameters: ReadonlyMap<string, unknown>
  /** Unix milliseconds, the same for the whole request. */
  now: number
}

export type Evaluate = (env: Environment) => unknown

export interface CompiledQuery {
  /** Binds the sources' slots in every combination, calling back for each. The root document is in slot 0. */
  expand(env: Environment, row: () => void): void
  where?: Evaluate
  project: Evaluate
  groupBy: Evaluate[]
  aggregates: AggregateSpec[]
  orderBy: { evaluate: Evaluate; descending: boolean }[]
  distinct: boolean
  top?: Evaluate
  offset?: Evaluate
  limit?: Evaluate
}

interface Context {
  names: Map<string, number>
  /** Counts over the whole query, subqueries included: each has its own slots in one array. */
  counters: { slots: number; aggregates: number }
  /** Where aggregate calls are collected; absent where none may stand. */
  aggregates?: AggregateSpec[]
}

/** @throws CosmosError 400 for names and functions that do not exist, 501 for what is not covered. */
export function compileQuery(query: Query): CompiledQuery {
  return compileIn(query, { names: new Map(), counters: { slots: 1, aggregates: 0 } }, true)
}

export function newEnvironment(parameters: ReadonlyMap<string, unknown>, now: number): Environment {
  return { slots: [], aggregates: [], parameters, now }
}

/** An expression without names, such as the bound of a range; compiled on its own. */
export function compileConstant(expression: Expression): Evaluate {
  return compile(expression, { names: new Map(), counters: { slots: 0, aggregates: 0 } })
}

function compileIn(query: Query, outer: Context, top: boolean): CompiledQuery {
  const context: Context = { names: new Map(outer.names), counters: outer.counters }
  const expand = compileSources(query.sources, context, top)
  const aggregates: AggregateSpec[] = []
  const plain = (expression: Expression) => compile(expression, context)
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
      source.kind === 'query' ? subquery(source.query!, context) : compile(source.expression!, rooted)
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
  if (selection.kind === 'value') return compile(selection.expression, context)
  if (selection.kind === 'all') {
    if (sources.length !== 1) throw badRequest("'SELECT *' is only valid with a single input set.")
    const slot = context.names.get(sources[0]!.alias) ?? 0
    return (env) => env.slots[slot]
  }
  const items = selection.items.map(({ name, expression }) => ({
    name,
    evaluate: compile(expression, context),
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

function subquery(query: Query, context: Context): (env: Environment) => unknown[] {
  const compiled = compileIn(query, context, false)
  return (env) => evaluateAll(compiled, env, (row) => compiled.expand(env, row))
}

function compile(expression: Expression, context: Context): Evaluate {
  const sub = (inner: Expression) => compile(inner, context)
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression
      return () => value
    }
    case 'undefined':
      return () => undefined
    case 'parameter': {
      const { name } = expression
      return (env) => {
        // A parameter may be bound to undefined, which the wire format drops.
        if (!env.parameters.has(name)) return undefined
        return env.parameters.get(name)
      }
    }
    case 'name': {
      const slot = context.names.get(expression.name)
      if (slot === undefined) throw unresolved(expression.name, expression.at)
      return (env) => env.slots[slot]
    }
    case 'member':
      return compileMember(sub(expression.object), expression.property, sub)
    case 'unary':
      return operators.unary(expression.operator, sub(expression.operand))
    case 'binary':
      return operators.binary(expression.operator, sub(expression.left), sub(expression.right))
    case 'conditional': {
      const [test, then, otherwise] = [expression.test, expression.then, expression.otherwise].map(sub)
      return (env) => (test!(env) === true ? then!(env) : otherwise!(env))
    }
    case 'in': {
      const operand = sub(expression.operand)
      const list = expression.list.map(sub)
      return (env) => {
        const value = operand(env)
        if (value === undefined) return undefined
        return list.some((item) => equalValues(value, item(env)))
      }
    }
    case 'between': {
      const [operand, low, high] = [expression.operand, expression.low, expression.high].map(sub)
      const from = operators.binary('>=', operand!, low!)
      const to = operators.binary('<=', operand!, high!)
      return operators.binary('and', from, to)
    }
    case 'like':
      return likePattern(
        sub(expression.operand),
        sub(expression.pattern),
        expression.escape && sub(expression.escape),
      )
    case 'object': {
      const entries = expression.entries.map(([name, value]) => [name, sub(value)] as const)
      return (env) => {
        const object: Record<string, unknown> = {}
        for (const [name, value] of entries) {
          const result = value(env)
          if (result !== undefined) object[name] = result
        }
        return object
      }
    }
    case 'array': {
      const items = expression.items.map(sub)
      return (env) => items.map((item) => item(env)).filter((value) => value !== undefined)
    }
    case 'exists': {
      const rows = subquery(expression.query, context)
      return (env) => rows(env).length > 0
    }
    case 'array-of':
      return subquery(expression.query, context)
    case 'scalar': {
      const rows = subquery(expression.query, context)
      return (env) => rows(env)[0]
    }
    case 'call':
      return compileCall(expression, context)
  }
}

function compileCall(call: Extract<Expression, { kind: 'call' }>, context: Context): Evaluate {
  if (!isAggregate(call.name)) {
    return callFunction(
      call.name,
      call.args.map((arg) => compile(arg, context)),
    )
  }
  if (!context.aggregates) throw badRequest(`The aggregate ${call.name} is only allowed in SELECT.`)
  if (call.args.length !== 1) throw badRequest(`${call.name} takes one argument.`)
  const { aggregates: _, ...inside } = context
  const slot = context.counters.aggregates++
  context.aggregates.push({ name: call.name, slot, argument: compile(call.args[0]!, inside) })
  return (env) => env.aggregates[slot]
}

function compileMember(object: Evaluate, property: Expression, sub: (e: Expression) => Evaluate): Evaluate {
  if (property.kind === 'literal' && typeof property.value === 'string') {
    const name = property.value
    return (env) => {
      const value = object(env)
      return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
    }
  }
  const key = sub(property)
  return (env) => {
    const value = object(env)
    const name = key(env)
    if (Array.isArray(value)) return typeof name === 'number' ? value[name] : undefined
    return isObject(value) && typeof name === 'string' && Object.hasOwn(value, name) ? value[name] : undefined
  }
}

function unresolved(name: string, at: number) {
  const message = `Identifier '${name}' could not be resolved.`
  const location = { start: at, end: at + name.length }
  return badRequest(JSON.stringify({ errors: [{ severity: 'Error', location, code: 'SC2001', message }] }))
}
