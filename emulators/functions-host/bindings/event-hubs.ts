// Events as an output: one for each value, in their order, in as few batches as hold them.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-hubs-output
import type { EventHubProducerClient } from '@azure/event-hubs'
import type { Binding, TypedData } from '../app/core-types.ts'
import { hubConnection } from '../triggers/event-hubs/connection.ts'
import { type BindingData, resolveExpressions } from './expressions.ts'
import { rawOf, valuesOf } from './values.ts'

export interface EventProducers {
  send(binding: Binding, output: TypedData, data: BindingData): Promise<void>
  close(): Promise<void>
}

/** One client for each hub, made when it is first sent to. */
export function createEventProducers(): EventProducers {
  const producers = new Map<string, Promise<EventHubProducerClient>>()
  return {
    async send(binding, output, data) {
      const name = String(binding.connection)
      const hub = resolveExpressions(String(binding.eventHubName), data)
      const key = `${name}/${hub}`
      const connecting = producers.get(key) ?? connect(name, hub)
      producers.set(key, connecting)
      const producer = await connecting
      let batch = await producer.createBatch()
      for (const value of valuesOf(output)) {
        const event = { body: Buffer.from(rawOf(value)) }
        if (batch.tryAdd(event)) continue
        await producer.sendBatch(batch)
        batch = await producer.createBatch()
        if (!batch.tryAdd(event)) throw new Error(`An event of ${event.body.length} bytes is too large.`)
      }
      if (batch.count > 0) await producer.sendBatch(batch)
    },
    async close() {
      const all = await Promise.allSettled(producers.values())
      await Promise.allSettled(all.map((one) => one.status === 'fulfilled' && one.value.close()))
    },
  }
}

async function connect(name: string, eventHubName: string): Promise<EventHubProducerClient> {
  const { EventHubProducerClient } = await import('@azure/event-hubs')
  const where = hubConnection(name, eventHubName)
  return 'connectionString' in where
    ? new EventHubProducerClient(where.connectionString, where.hub)
    : new EventHubProducerClient(where.namespace, where.hub, await where.credential())
}
