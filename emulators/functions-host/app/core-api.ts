// The module `@azure/functions-core`, which exists nowhere on disk: the Node worker answers `require` for that id itself,
// and so do we. Holds what the app registers (functions, hooks, the programming model) until the host is started.
import { Module } from 'node:module'
import {
  type FunctionCallback,
  type FunctionMetadata,
  functionMetadata,
  type LogSink,
  type ProgrammingModel,
} from './core-types.ts'

export interface RegisteredFunction {
  id: string
  metadata: FunctionMetadata
  callback: FunctionCallback
}

export const HOOK_NAMES = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const
export type HookName = (typeof HOOK_NAMES)[number]
export type HookCallback = (context: Record<string, unknown>) => unknown

export interface Registry {
  functions: RegisteredFunction[]
  hooks: Record<HookName, HookCallback[]>
  model: ProgrammingModel | undefined
  /** After this, registering a function throws, as in the worker. */
  locked: boolean
}

export const HOST_VERSION = '4.1048.200'
const WORKER_VERSION = '3.13.0'

/** The API's own disposable; apps get instances of it, so it has to be a class with a static `from`. */
class Disposable {
  #dispose: (() => unknown) | undefined
  constructor(dispose: () => unknown) {
    this.#dispose = dispose
  }
  static from(...items: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const item of items) item.dispose()
    })
  }
  dispose(): void {
    const dispose = this.#dispose
    this.#dispose = undefined
    dispose?.()
  }
}

/**
 * Makes `require('@azure/functions-core')` work in this process, for every module system and bundle that keeps the id
 * external, and returns what gets registered through it. The worker's way: a replaced `Module.prototype.require`.
 */
export function installCoreApi(log: LogSink): Registry {
  const registry: Registry = {
    functions: [],
    hooks: { preInvocation: [], postInvocation: [], appStart: [], appTerminate: [], log: [] },
    model: undefined,
    locked: false,
  }
  const api = coreApi(registry, log)
  const original = Module.prototype.require
  Module.prototype.require = function (this: Module, id: string) {
    return id === '@azure/functions-core' ? api : original.call(this, id)
  }
  return registry
}

function coreApi(registry: Registry, log: LogSink) {
  return {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    log,
    setProgrammingModel(model: ProgrammingModel) {
      registry.model = model
    },
    getProgrammingModel: () => registry.model,
    registerFunction(metadata: unknown, callback: FunctionCallback): Disposable {
      if (registry.locked) throw systemError('A function can only be registered during app startup.')
      const parsed = functionMetadata.safeParse(metadata)
      if (!parsed.success)
        throw systemError(`A function was registered with bad metadata: ${parsed.error.message}`)
      const { name } = parsed.data
      if (registry.functions.some((known) => known.metadata.name.toLowerCase() === name.toLowerCase())) {
        throw systemError(`A function with id "${name}" has already been registered.`)
      }
      const registered = { id: name, metadata: parsed.data, callback }
      registry.functions.push(registered)
      return new Disposable(() => {
        if (registry.locked) throw systemError('A function can only be disposed during app startup.')
        registry.functions = registry.functions.filter((known) => known !== registered)
      })
    },
    registerHook(name: string, callback: HookCallback): Disposable {
      const known = HOOK_NAMES.find((hook) => hook === name)
      // `@azure/functions` tells an old host from a new one by this very error.
      if (!known) throw Object.assign(systemError(`Unrecognized hook "${name}"`), { name: 'RangeError' })
      registry.hooks[known].push(callback)
      return new Disposable(() => {
        registry.hooks[known] = registry.hooks[known].filter((one) => one !== callback)
      })
    },
  }
}

function systemError(message: string): Error {
  return Object.assign(new Error(message), { isAzureFunctionsSystemError: true })
}
