// Events as a function is given them: bodies as text, or bytes where the binding says so, and what is known about each.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-hubs-trigger#event-metadata
import type { ReceivedEventData } from '@azure/event-hubs'
import type { TypedData } from '../../app/core-types.ts'

export interface Shape {
  cardinality: 'one' | 'many'
  binary: boolean
}

export interface PartitionContext {
  fullyQualifiedNamespace: string
  eventHubName: string
  consumerGroup: string
  partitionId: string
  isCheckpointingAfterInvocation: boolean
}

/** The trigger's data: the event, or several. */
export function dataOf(events: readonly Pick<ReceivedEventData, 'body'>[], shape: Shape): TypedData {
  const bytes = events.map(({ body }) => bytesOf(body))
  if (shape.binary) {
    return shape.cardinality === 'many'
      ? { collectionBytes: { bytes } }
      : { bytes: bytes[0] ?? Buffer.alloc(0) }
  }
  const string = bytes.map((body) => body.toString('utf8'))
  return shape.cardinality === 'many' ? { collectionString: { string } } : { string: string[0] ?? '' }
}

/** For one event its members by their names, for many an array of each. */
export function metadataOf(
  events: readonly ReceivedEventData[],
  shape: Shape,
  partition: PartitionContext,
): Record<string, TypedData> {
  const PartitionContext = json({
    FullyQualifiedNamespace: partition.fullyQualifiedNamespace,
    EventHubName: partition.eventHubName,
    ConsumerGroup: partition.consumerGroup,
    PartitionId: partition.partitionId,
    IsCheckpointingAfterInvocation: partition.isCheckpointingAfterInvocation,
  })
  if (shape.cardinality === 'many') {
    return {
      PartitionContext,
      PartitionKeyArray: json(events.map(({ partitionKey }) => partitionKey ?? null)),
      OffsetArray: { collectionString: { string: events.map(({ offset }) => offset) } },
      SequenceNumberArray: { collectionSint64: { sint64: events.map((one) => one.sequenceNumber) } },
      EnqueuedTimeUtcArray: json(events.map(enqueuedTime)),
      PropertiesArray: json(events.map(({ properties }) => properties ?? {})),
      SystemPropertiesArray: json(events.map(systemProperties)),
    }
  }
  const event = events[0]!
  return {
    PartitionContext,
    ...(event.partitionKey && { PartitionKey: { string: event.partitionKey } }),
    Offset: { string: event.offset },
    SequenceNumber: json(event.sequenceNumber),
    EnqueuedTimeUtc: json(enqueuedTime(event)),
    Properties: json(event.properties ?? {}),
    SystemProperties: json(systemProperties(event)),
  }
}

const json = (value: unknown): TypedData => ({ json: JSON.stringify(value) })

/** The real host writes a .NET time that does not know its zone: UTC, with neither `Z` nor closing zeros. */
function enqueuedTime({ enqueuedTimeUtc }: ReceivedEventData): string {
  return enqueuedTimeUtc.toISOString().replace(/\.?0*Z$/, '')
}

/** Annotations and properties of the message by their AMQP names, and four that are there under names of their own. */
function systemProperties(event: ReceivedEventData): Record<string, unknown> {
  const { messageAnnotations = {}, properties = {} } = event.getRawAmqpMessage()
  const found: Record<string, unknown> = { ...messageAnnotations }
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined && value !== null) found[dashed(name)] = value
  }
  return {
    ...found,
    SequenceNumber: event.sequenceNumber,
    Offset: event.offset,
    PartitionKey: event.partitionKey ?? null,
    EnqueuedTimeUtc: enqueuedTime(event),
  }
}

const dashed = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null))
}
