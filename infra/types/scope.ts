// Where an expression stands: the names it knows, the types there are, and who hears of faults.
import type { Property, ResourceType } from './shape.ts'
import type { Value } from './value.ts'

export interface Scope {
  file: string
  /** What a name stands for; undefined where nothing has it. */
  lookUp: (name: string) => Value | undefined
  typeOf: (target: string) => ResourceType | undefined
  complain: (at: string, text: string) => void
  /** Is told each property that is read. */
  reach: (target: string, path: string, property: Property) => void
}

export const withNames = (scope: Scope, names: Record<string, Value>): Scope => ({
  ...scope,
  lookUp: (name) => names[name] ?? scope.lookUp(name),
})
