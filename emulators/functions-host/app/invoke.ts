// One invocation of a function, in the worker's order: arguments, pre-invocation hooks, handler, post-invocation hooks,
// response, output bindings. An error anywhere fails the invocation and is thrown to the trigger that asked for it.
import type { Clock } from '../../kit/clock.ts'
import type { Faults } from '../../kit/faults.ts'
import type { Log } from '../../kit/log.ts'
import type { AppLog } from './app-log.ts'
import type { RegisteredFunction, Registry } from './core-api.ts'
import type {
  FunctionCallback,
  InvocationContextCore,
  InvocationResponse,
  NamedData,
  RetryContext,
  TypedData,
} from './core-types.ts'
import type { LoadedApp } from './load-app.ts'

export interface Invocation {
  invocationId: string
  inputData: NamedData[]
  triggerMetadata?: Record<string, TypedData> | undefined
  retryContext?: RetryContext | undefined
  /** W3C `traceparent` of the caller; one is made from the invocation id when absent. */
  traceParent?: string | undefined
}

export type Invoke = (target: RegisteredFunction, invocation: Invocation) => Promise<InvocationResponse>

export interface Invoker {
  invoke: Invoke
  /** Resolves when no invocation is running, or after `ms`. */
  drain(ms: number): Promise<void>
}

export interface InvokerParts {
  app: LoadedApp
  registry: Registry
  appLog: AppLog
  clock: Clock
  log: Log
  faults: Faults
  /** Milliseconds an invocation may take; null: any time. */
  timeoutMs: number | null
  /** Carries out the function's output bindings; its rejection fails the invocation. */
  performOutputs(target: RegisteredFunction, response: InvocationResponse): Promise<void>
}

export function createInvoker(parts: InvokerParts): Invoker {
  const { faults, log } = parts
  let running = 0
  let whenIdle = Promise.withResolvers<void>()
  return {
    async invoke(target, invocation) {
      const name = target.metadata.name
      const started = performance.now()
      running++
      try {
        faults.step(`invoke.${name}`, 'before-handler')
        const response = await inTime(runInvocation(parts, target, invocation), parts, name)
        faults.step(`invoke.${name}`, 'before-outputs')
        await parts.performOutputs(target, response)
        faults.step(`invoke.${name}`, 'after-outputs')
        log('debug', 'invoked', { function: name, invocationId: invocation.invocationId, ms: since(started) })
        return response
      } catch (error) {
        const { invocationId } = invocation
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
        log('error', 'invocation-failed', { function: name, invocationId, ms: since(started), error: text })
        throw error
      } finally {
        running--
        if (running === 0) {
          whenIdle.resolve()
          whenIdle = Promise.withResolvers<void>()
        }
      }
    },
    async drain(ms) {
      if (running === 0) return
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, ms)
      await Promise.race([whenIdle.promise, late.promise])
      clearTimeout(timer)
    },
  }
}

/** The result of a handler that is too late is ignored: it goes on, since nothing can stop it, and nobody listens. */
async function inTime<T>(work: Promise<T>, { timeoutMs: ms, clock }: InvokerParts, name: string): Promise<T> {
  if (ms === null) return await work
  const late = Promise.withResolvers<never>()
  const timer = clock.after(ms, () => {
    late.reject(new Error(`Timeout value of ${ms / 1000} s was exceeded by function: ${name}`))
  })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    timer.cancel()
  }
}

async function runInvocation(
  { app, registry, appLog }: InvokerParts,
  target: RegisteredFunction,
  { invocationId, inputData, triggerMetadata = {}, retryContext, traceParent }: Invocation,
): Promise<InvocationResponse> {
  const { metadata } = target
  const source = { invocationId, function: metadata.name, context: undefined as unknown }
  const core: InvocationContextCore = {
    invocationId,
    metadata,
    request: {
      invocationId,
      functionId: target.id,
      inputData,
      triggerMetadata,
      ...(retryContext && { retryContext }),
      traceContext: {
        traceParent: traceParent ?? traceOf(invocationId),
        traceState: '',
        attributes: {},
      },
    },
    log: (level, category, message) => appLog(level, category, message, source),
  }
  const model = await app.model.getInvocationModel(core)
  const args = await model.getArguments()
  const { context } = args
  source.context = context
  const { appHookData } = app
  const hookData = {}
  let { inputs } = args
  let functionCallback: FunctionCallback = target.callback

  core.state = 'preInvocationHooks'
  for (const hook of registry.hooks.preInvocation) {
    const pre = { hookData, appHookData, invocationContext: context, inputs, functionCallback }
    await hook(pre)
    inputs = pre.inputs
    functionCallback = pre.functionCallback
  }

  core.state = 'invocation'
  let result: unknown
  let error: unknown
  try {
    result = await model.invokeFunction(context, inputs, functionCallback)
  } catch (thrown) {
    error = thrown ?? new Error('The function threw nothing.')
  }

  core.state = 'postInvocationHooks'
  for (const hook of registry.hooks.postInvocation) {
    const post = { hookData, appHookData, invocationContext: context, inputs, result, error }
    await hook(post)
    result = post.result
    error = post.error
  }
  if (error !== undefined && error !== null) throw error
  return await model.getResponse(context, result)
}

/** The id has the 128 random bits a trace id needs: https://www.w3.org/TR/trace-context/#traceparent-header */
function traceOf(invocationId: string): string {
  const hex = invocationId.replaceAll('-', '')
  return `00-${hex}-${hex.slice(16)}-01`
}

function since(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10
}
