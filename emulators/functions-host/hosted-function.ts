// A registered function as the host runs it: its trigger binding picked out, its switches read.

import { withNewNames } from './app/binding-names.ts'
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

/**
 * `only` names the functions that run, all when it is empty.
 * @throws Error naming the function when it has no trigger binding.
 */
export function hostedFunction(target: RegisteredFunction, only: readonly string[]): HostedFunction {
  const { name, bindings } = target.metadata
  const trigger = Object.entries(bindings).find(([, binding]) => /trigger$/i.test(binding.type))
  if (!trigger) throw new Error(`Function "${name}" has no trigger binding.`)
  const [bindingName, given] = trigger
  const binding = withNewNames(given)
  const isLeftOut = only.length > 0 && !only.some((one) => one.toLowerCase() === name.toLowerCase())
  const disabled = isLeftOut || isDisabled(name)
  return { name, type: binding.type.toLowerCase(), bindingName, binding, disabled, target }
}

/** Why the real host would not run a function of this name or on this route; undefined when it would. */
export function misnomer({ name, type, binding }: HostedFunction): string | undefined {
  if (!/^[a-z][\w-]{0,127}$/i.test(name) || /^host$/i.test(name)) {
    return `Function "${name}": this is no valid name of a function.`
  }
  const route = String(binding.route || name)
  if (type === 'httptrigger' && /^\/*(?:admin|runtime)/i.test(route)) {
    return `Function "${name}": the route "${route}" is reserved, as is every one that begins with "admin" or "runtime".`
  }
  return undefined
}
