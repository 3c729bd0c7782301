// Holds a value to a shape: kinds, names of properties, what is required, what is allowed.
import type { ObjectShape, Property, Shape, TextShape } from './shape.ts'
import { alternatives, type ObjectValue, plain, type TextValue, type Value } from './value.ts'

export interface Report {
  complain: (at: string, text: string) => void
  /** Is told each property that is written. */
  reach: (path: string, property: Property) => void
}

/** @param at where the property is written; what is wrong in a value is said where the value is. */
export function hold(value: Value, property: Property, path: string, at: string, report: Report): void {
  report.reach(path, property)
  for (const each of alternatives(value)) {
    const own = each.is === 'read' ? plain(each.property.shape) : each
    if (own.is === 'either') hold(own, property, path, at, report)
    else if (own.is === 'null') {
      if (property.required) report.complain(at, `${path} is required, and may be null`)
    } else if (own.is !== 'any') holdOne(own, property.shape, path, at, report)
  }
}

function holdOne(value: Value, shape: Shape, path: string, at: string, report: Report): void {
  if (shape.is === 'any') return
  const place = value.at ?? at
  if (shape.is === 'array' && value.is === 'array') {
    const item = { shape: shape.items, required: true }
    for (const each of value.items) hold(each, item, `${path}[]`, each.at ?? place, report)
  } else if (shape.is === 'string' && value.is === 'string') holdText(value, shape, path, place, report)
  else if (shape.is === 'object' && value.is === 'object') holdObject(value, shape, path, place, report)
  else if (shape.is === 'choice' && value.is === 'object') holdChoice(value, shape, path, place, report)
  else if (shape.is === 'int' && value.is === 'int') {
    const { number } = value
    if (number !== undefined && (number < (shape.min ?? number) || number > (shape.max ?? number)))
      report.complain(place, `${path} is ${number}, not ${shape.min ?? ''}..${shape.max ?? ''}`)
  } else if (shape.is !== value.is) {
    report.complain(at, `${path} is ${value.is}, not ${shape.is === 'choice' ? 'object' : shape.is}`)
  }
}

function holdText(
  { texts = [], inexact }: TextValue,
  shape: TextShape,
  path: string,
  at: string,
  report: Report,
) {
  const { allowed, min = 0, max = Number.POSITIVE_INFINITY } = shape
  const pattern = new RegExp(shape.pattern ?? '')
  for (const text of texts) {
    const say = (wrong: string) => report.complain(at, `${path} is '${text}', ${wrong}`)
    if (allowed && !inexact && !allowed.includes(text)) say(`not one of ${allowed.join(', ')}`)
    else if (text.length < min) say(`shorter than ${min}`)
    else if (text.length > max) say(`longer than ${max}`)
    else if (!pattern.test(text)) say(`not ${pattern}`)
  }
}

function holdChoice(
  value: ObjectValue,
  shape: Shape & { is: 'choice' },
  path: string,
  at: string,
  report: Report,
): void {
  const by = joinPath(path, shape.by)
  const told = value.entries.get(shape.by)
  if (!told) report.complain(at, `${by} is missing`)
  for (const each of told ? alternatives(told) : []) {
    if (each.is === 'string' && each.texts && !each.inexact) {
      for (const name of each.texts) {
        const variant = shape.of.get(name)
        if (variant) hold(value, { shape: variant }, `${path}{${name}}`, at, report)
        else report.complain(at, `${by} is '${name}', not one of ${[...shape.of.keys()].join(', ')}`)
      }
    } else if (each.is !== 'string' && each.is !== 'any')
      report.complain(at, `${by} is ${each.is}, not string`)
  }
}

function holdObject(value: ObjectValue, shape: ObjectShape, path: string, at: string, report: Report): void {
  for (const [name, entry] of value.entries) {
    const own = joinPath(path, name)
    const property = shape.properties.get(name)
    const place = value.places?.get(name) ?? at
    if (property?.only === 'read') report.complain(place, `${own} is read-only`)
    else if (property) hold(entry, property, own, place, report)
    else if (shape.others) hold(entry, { shape: shape.others }, joinPath(path, '*'), place, report)
    else report.complain(place, `there is no property ${own}`)
  }
  if (value.others && shape.others)
    hold(value.others, { shape: shape.others }, joinPath(path, '*'), at, report)
  if (value.others) return
  for (const [name, { required, only }] of shape.properties) {
    const own = joinPath(path, name)
    if (required && only !== 'read' && !value.entries.has(name)) report.complain(at, `${own} is missing`)
  }
}

export const joinPath = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`)
