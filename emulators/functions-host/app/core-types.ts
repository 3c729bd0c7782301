// The shapes that cross the border between the host and the Node programming model (`@azure/functions-core`).
// Only what this host sends or reads; what an app registers is parsed here, so that the rest may trust it.
import * as z from 'zod'

/** A value on its way to or from a function: exactly one member is set. */
export interface TypedData {
  string?: string
  json?: string
  bytes?: Uint8Array
  int?: number
  double?: number
  http?: HttpData
  collectionString?: { string: string[] }
  collectionBytes?: { bytes: Uint8Array[] }
  collectionSint64?: { sint64: number[] }
}

export interface HttpData {
  method?: string
  url?: string
  nullableHeaders?: Record<string, { value: string }>
  nullableQuery?: Record<string, { value: string }>
  nullableParams?: Record<string, { value: string }>
  body?: TypedData | null
  statusCode?: string
  headers?: Record<string, string>
  cookies?: RpcCookie[]
}

export interface RpcCookie {
  name: string
  value: string
  domain?: { value: string }
  path?: { value: string }
  expires?: { value: { seconds: number } }
  secure?: { value: boolean }
  httpOnly?: { value: boolean }
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone'
  maxAge?: { value: number }
}

const duration = z.object({ seconds: z.number() }).optional()

const binding = z.looseObject({ type: z.string(), direction: z.string().optional() })

export const functionMetadata = z.looseObject({
  name: z.string().min(1),
  bindings: z.record(z.string(), binding),
  retryOptions: z
    .looseObject({
      retryStrategy: z.enum(['fixedDelay', 'exponentialBackoff']),
      maxRetryCount: z.number(),
      delayInterval: duration,
      minimumInterval: duration,
      maximumInterval: duration,
    })
    .optional(),
})

export type Binding = z.infer<typeof binding>
export type FunctionMetadata = z.infer<typeof functionMetadata>
export type RetryOptions = NonNullable<FunctionMetadata['retryOptions']>

export type FunctionCallback = (...args: unknown[]) => unknown

export interface RetryContext {
  retryCount: number
  maxRetryCount: number
  exception?: { message: string; stackTrace?: string }
}

export interface NamedData {
  name: string
  data: TypedData
}

export interface InvocationRequest {
  invocationId: string
  functionId: string
  inputData: NamedData[]
  triggerMetadata: Record<string, TypedData>
  retryContext?: RetryContext
  traceContext?: { traceParent: string; traceState: string; attributes: Record<string, string> }
}

export interface InvocationResponse {
  outputData?: NamedData[]
  returnValue?: TypedData | null
}

export type LogSink = (level: string, category: string, message: string) => void

export interface InvocationContextCore {
  invocationId: string
  metadata: FunctionMetadata
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks'
  request: InvocationRequest
  log: LogSink
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>
}

export interface ProgrammingModel {
  name: string
  version: string
  getInvocationModel(context: InvocationContextCore): InvocationModel | Promise<InvocationModel>
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>
}
