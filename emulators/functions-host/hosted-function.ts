// A registered function as the host runs it: its trigger binding picked out, its switches read.
import type { RegisteredFunction } from './app/core-api.ts'
import type { Binding } from './app/core-types.ts'
import { isDisabled } from './app/settings.ts'

export interface HostedFunction {
  name: string
  /** The trigger's type in lower case, for example `queuetrigger`. */
  type: string
  /** Name of the trigger binding, and the binding itself. */
  bindingName: string
  binding: Binding
  disabled: boolean
  /** Why the function does not run: it has a binding that this host does not implement. */
  refused?: string
  /** Where an HTTP function answers; absent for others. */
  url?: string
  target: RegisteredFunction
}

/** @throws Error naming the function when it has no trigger binding. */
export function hostedFunction(target: RegisteredFunction): HostedFunction {
  const { name, bindings } = target.metadata
  const trigger = Object.entries(bindings).find(([, binding]) => /trigger$/i.test(binding.type))
  if (!trigger) throw new Error(`Function "${name}" has no trigger binding.`)
  const [bindingName, binding] = trigger
  return { name, type: binding.type.toLowerCase(), bindingName, binding, disabled: isDisabled(name), target }
}
