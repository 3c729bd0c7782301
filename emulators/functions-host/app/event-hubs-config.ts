// host.json `extensions.eventHubs`, with the real extension's defaults.
import * as z from 'zod'
import { timeSpan } from './time-span.ts'

const refused = z.undefined({ error: 'is not implemented by this host' }).optional()

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-hubs#hostjson-settings */
export const eventHubs = z
  .looseObject({
    maxEventBatchSize: z.int().min(1).default(100),
    minEventBatchSize: z.int().min(1).default(1),
    maxWaitTime: timeSpan.default(60_000).refine((ms) => ms <= 600_000, { message: 'at most ten minutes' }),
    batchCheckpointFrequency: z.int().min(1).default(1),
    prefetchCount: z.int().min(0).default(300),
    partitionOwnershipExpirationInterval: timeSpan.default(120_000),
    loadBalancingUpdateInterval: timeSpan.default(30_000),
    initialOffsetOptions: z
      .looseObject({ type: z.string().default('fromStart'), enqueuedTimeUtc: z.string().optional() })
      .prefault({})
      .transform(startPosition),
    clientRetryOptions: z
      .looseObject({
        mode: z
          .string()
          .toLowerCase()
          .pipe(z.enum(['exponential', 'fixed']))
          .default('exponential'),
        maximumRetries: z.int().min(0).default(3),
        delay: timeSpan.default(800),
        maximumDelay: timeSpan.default(60_000),
        tryTimeout: timeSpan.default(60_000),
      })
      .prefault({})
      .transform((given) => ({
        mode: given.mode === 'fixed' ? 1 : 0,
        maxRetries: given.maximumRetries,
        retryDelayInMs: given.delay,
        maxRetryDelayInMs: given.maximumDelay,
        timeoutInMs: given.tryTimeout,
      })),
    transportType: z
      .string()
      .toLowerCase()
      .pipe(z.literal('amqptcp', { error: 'amqpTcp is the only transport of this host' }))
      .optional(),
    webProxy: refused,
    customEndpointAddress: refused,
  })
  .refine((given) => given.minEventBatchSize <= given.maxEventBatchSize, {
    message: 'minEventBatchSize is at most maxEventBatchSize',
  })

/** Where a partition without a checkpoint is read from. */
function startPosition(
  given: { type: string; enqueuedTimeUtc?: string | undefined },
  context: z.RefinementCtx,
): { offset: string } | { enqueuedOn: Date } {
  const type = given.type.toLowerCase()
  if (type === 'fromstart') return { offset: '-1' }
  if (type === 'fromend') return { offset: '@latest' }
  const enqueuedOn = new Date(given.enqueuedTimeUtc ?? '')
  if (type === 'fromenqueuedtime' && !Number.isNaN(enqueuedOn.getTime())) return { enqueuedOn }
  context.addIssue(
    '"fromStart", "fromEnd", or "fromEnqueuedTime" with "enqueuedTimeUtc" (2026-01-31T12:00:00Z)',
  )
  return z.NEVER
}

export type EventHubsConfig = z.infer<typeof eventHubs>
