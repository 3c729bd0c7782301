// Runs the hooks of one kind, one after the other, on one context: what a hook leaves in it the next one finds.
import type { HookCallback } from './core-api.ts'

/**
 * Resolves to `open`, as the hooks have left it. Members of `fixed` can be changed in their depths, not replaced.
 * @throws what a hook throws; the hooks after it do not run.
 */
export async function runHooks<T extends object>(
  hooks: readonly HookCallback[],
  fixed: Record<string, unknown>,
  open: T,
): Promise<T> {
  const context = { ...open }
  for (const [name, value] of Object.entries(fixed)) {
    Object.defineProperty(context, name, {
      enumerable: true,
      get: () => value,
      set() {
        throw new TypeError(`Cannot assign to read only property '${name}'`)
      },
    })
  }
  for (const hook of hooks) await hook(context as Record<string, unknown>)
  return context
}
