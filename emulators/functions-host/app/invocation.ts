// What a trigger asks the host to run a function with.
import type { NamedData, RetryContext, TypedData } from './core-types.ts'

export interface Invocation {
  invocationId: string
  inputData: NamedData[]
  triggerMetadata?: Record<string, TypedData> | undefined
  retryContext?: RetryContext | undefined
  /** W3C `traceparent` of the caller; one is made from the invocation id when absent. */
  traceParent?: string | undefined
}
