// Scalar expressions as closures. A missing value is `undefined` throughout, and an operator given one answers
// `undefined`, as in the service.
import { badRequest } from '../wire/errors.ts'
import { isAggregate } from './aggregates.ts'
import type { Expression } from './ast.ts'
import { compileSubquery } from './compile.ts'
import type { Context, Evaluate } from './compiled.ts'
import { callFunction } from './functions/index.ts'
import { likePattern, operators } from './operators.ts'
import { equalValues, isObject } from './values.ts'
import { vectorDistance } from './vectors.ts'

/** @throws CosmosError 400 for names and functions that do not exist, 501 for what is not covered. */
export function compileExpression(expression: Expression, context: Context): Evaluate {
  const sub = (inner: Expression) => compileExpression(inner, context)
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
      const rows = compileSubquery(expression.query, context)
      return (env) => rows(env).length > 0
    }
    case 'array-of':
      return compileSubquery(expression.query, context)
    case 'scalar': {
      const rows = compileSubquery(expression.query, context)
      return (env) => rows(env)[0]
    }
    case 'call':
      return compileCall(expression, context)
  }
}

function compileCall(call: Extract<Expression, { kind: 'call' }>, context: Context): Evaluate {
  if (call.name === 'VECTORDISTANCE') {
    if (call.args.length < 2 || call.args.length > 4)
      throw badRequest('VectorDistance takes 2 to 4 arguments.')
    return vectorDistance(
      call,
      call.args.map((arg) => compileExpression(arg, context)),
    )
  }
  if (!isAggregate(call.name)) {
    return callFunction(
      call.name,
      call.args.map((arg) => compileExpression(arg, context)),
    )
  }
  if (!context.aggregates) throw badRequest(`The aggregate ${call.name} is only allowed in SELECT.`)
  if (call.args.length !== 1) throw badRequest(`${call.name} takes one argument.`)
  const { aggregates: _, ...inside } = context
  const slot = context.counters.aggregates++
  context.aggregates.push({ name: call.name, slot, argument: compileExpression(call.args[0]!, inside) })
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
