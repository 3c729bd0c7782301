// One invocation of a function, in the worker's order: arguments, pre-invocation hooks, handler, post-invocation hooks,
// response, output bindings. An error anywhere fails the invocation and is thrown to the trigger that asked for it.
import type { Clock } from '../../kit/clock.ts'
import type { Faults } from '../../kit/faults.ts'
import type { Log } from '../../kit/log.ts'
import type { Bindings } from '../bindings/bindings.ts'
import type { AppLog } from './app-log.ts'
import type { RegisteredFunction, Registry } from './core-api.ts'
import type { InvocationContextCore, InvocationResponse } from './core-types.ts'
import { runHooks } from './hooks.ts'
import type { Invocation } from './invocation.ts'
import type { LoadedApp } from './load-app.ts'

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
  /** Inputs are read before the hooks, outputs sent after them; what fails there fails the invocation. */
  bindings: Pick<Bindings, 'read' | 'send'>
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
        await parts.bindings.send(target, invocation, response)
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
  { app, registry, appLog, bindings }: InvokerParts,
  target: RegisteredFunction,
  invocation: Invocation,
): Promise<InvocationResponse> {
  const { invocationId, triggerMetadata = {}, retryContext, traceParent } = invocation
  const { metadata } = target
  const inputData = [...invocation.inputData, ...(await bindings.read(target, invocation))]
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
  const fixed = { hookData: {}, appHookData: app.appHookData, invocationContext: context }

  core.state = 'preInvocationHooks'
  const open = { inputs: args.inputs, functionCallback: target.callback }
  const { inputs, functionCallback } = await runHooks(registry.hooks.preInvocation, fixed, open)

  core.state = 'invocation'
  let result: unknown = null
  let error: unknown = null
  try {
    result = await model.invokeFunction(context, inputs, functionCallback)
  } catch (thrown) {
    error = thrown ?? new Error('The function threw nothing.')
  }

  core.state = 'postInvocationHooks'
  const post = await runHooks(registry.hooks.postInvocation, fixed, { inputs, result, error })
  if (post.error !== undefined && post.error !== null) throw post.error
  return await model.getResponse(context, post.result)
}

/** The id has the 128 random bits a trace id needs: https://www.w3.org/TR/trace-context/#traceparent-header */
function traceOf(invocationId: string): string {
  const hex = invocationId.replaceAll('-', '')
  return `00-${hex}-${hex.slice(16)}-01`
}

function since(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10
}
