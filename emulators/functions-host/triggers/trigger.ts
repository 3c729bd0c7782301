// What every trigger is to the host: something that starts, fires invocations, and stops without dropping the running one.
import type { Clock } from '../../kit/clock.ts'
import type { Faults } from '../../kit/faults.ts'
import type { Log } from '../../kit/log.ts'
import type { RegisteredFunction } from '../app/core-api.ts'
import type { Binding } from '../app/core-types.ts'
import type { Invoke } from '../app/invoke.ts'

export interface Trigger {
  /** No new invocation starts after this; resolves when what the trigger had taken is finished or given back. */
  stop(): Promise<void>
}

export interface TriggerParts {
  target: RegisteredFunction
  /** Name of the trigger binding, and the binding itself. */
  bindingName: string
  binding: Binding
  invoke: Invoke
  clock: Clock
  log: Log
  faults: Faults
}

/** A required text member of a binding. @throws Error that names the member. */
export function requiredText({ binding }: TriggerParts, member: string): string {
  const value = binding[member]
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`its ${binding.type} needs "${member}".`)
}
