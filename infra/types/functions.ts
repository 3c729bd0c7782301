// What the functions of Bicep give back, as far as the templates call them. An unknown one is a complaint.
// https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  ANYTHING,
  alternatives,
  either,
  exactly,
  type ObjectValue,
  ofJson,
  TEXT,
  type Value,
} from './value.ts'

export interface Call {
  /** The file that calls; what it loads lies beside it. */
  file: string
  args: Value[]
  /** Applies the lambda that is the second argument. */
  apply: (item: Value) => Value
}

type Give = (call: Call) => Value

const object = (entries: Record<string, Value>): Value => ({
  is: 'object',
  entries: new Map(Object.entries(entries)),
})
const GUID: Value = { is: 'string', texts: ['00000000-0000-0000-0000-000000000000'], inexact: true }

const GIVES: Record<string, Give> = {
  concat: ({ args }) =>
    args.some((each) => alternatives(each).some(({ is }) => is === 'array'))
      ? { is: 'array', items: args.flatMap(itemsOf) }
      : TEXT,
  deployer: () => object({ tenantId: TEXT, objectId: TEXT, userPrincipalName: TEXT }),
  empty: () => ({ is: 'bool' }),
  environment: () => object({ name: TEXT, suffixes: object({ storage: TEXT, keyvaultDns: TEXT }) }),
  fail: () => ({ is: 'either', of: [] }),
  filter: ({ args }) => ({ is: 'array', items: itemsOf(args[0]!) }),
  guid: () => GUID,
  items: ({ args }) => ({
    is: 'array',
    items: alternatives(args[0]!).flatMap((each) => (each.is === 'object' ? pairs(each) : [ANYTHING])),
  }),
  loadJsonContent: ({ file, args }) => ofJson(JSON.parse(load(file, args[0]!))),
  loadTextContent: () => TEXT,
  map: ({ args, apply }) => ({ is: 'array', items: itemsOf(args[0]!).map(apply) }),
  replace: () => TEXT,
  resourceGroup: () => object({ id: TEXT, name: TEXT, location: TEXT }),
  startsWith: () => ({ is: 'bool' }),
  string: () => TEXT,
  subscription: () => object({ id: TEXT, subscriptionId: TEXT, tenantId: TEXT, displayName: TEXT }),
  subscriptionResourceId: () => TEXT,
  tenant: () => object({ tenantId: TEXT }),
  union: ({ args }) => united(args),
  uniqueString: () => ({ is: 'string', texts: ['abcdefghijklm'], inexact: true }),
}

export const giveOf = (name: string): Give | undefined => GIVES[name]

/** What may lie in an array. */
export const itemsOf = (value: Value): Value[] =>
  alternatives(value).flatMap((each) => (each.is === 'array' ? each.items : [ANYTHING]))

function load(file: string, name: Value): string {
  const path = name.is === 'string' && name.texts?.[0]
  if (!path) throw new Error(`${file} loads a file whose name is no literal`)
  return readFileSync(join(dirname(file), path), 'utf8')
}

const pairs = ({ entries, others }: ObjectValue): Value[] => [
  ...[...entries].map(([key, value]) => object({ key: exactly(key), value })),
  ...(others ? [object({ key: TEXT, value: others })] : []),
]

/** Of arrays all items; of objects each mixture of alternatives, later ones over earlier. */
function united([first, ...rest]: Value[]): Value {
  if (!first || rest.length === 0) return first ?? ANYTHING
  const firsts = alternatives(first)
  if (firsts.some(({ is }) => is === 'array'))
    return { is: 'array', items: [first, ...rest].flatMap(itemsOf) }
  return either(...firsts.flatMap((left) => alternatives(united(rest)).map((right) => mixed(left, right))))
}

function mixed(left: Value, right: Value): Value {
  if (left.is !== 'object' || right.is !== 'object') return ANYTHING
  return {
    is: 'object',
    entries: new Map([...left.entries, ...right.entries]),
    places: new Map([...(left.places ?? []), ...(right.places ?? [])]),
    others: left.others ?? right.others,
  }
}
