// Bindings beside the trigger: inputs that the host reads before the handler runs, and outputs that it sends afterwards.
// One that fails fails the invocation.
import { withNewNames } from '../app/binding-names.ts'
import type { RegisteredFunction } from '../app/core-api.ts'
import type { Binding, InvocationResponse, NamedData, TypedData } from '../app/core-types.ts'
import type { Invocation } from '../app/invocation.ts'
import { resolveConnection } from '../app/settings.ts'
import type { CosmosClients } from '../triggers/cosmos/clients.ts'
import type { Queues } from '../triggers/queue-client.ts'
import { type BlobServices, readBlob, writeBlob } from './blobs.ts'
import { readDocuments, upsertDocuments } from './cosmos.ts'
import { createEventProducers } from './event-hubs.ts'
import { type BindingData, bindingData, resolveExpressions } from './expressions.ts'
import { rawOf, valuesOf } from './values.ts'

interface Kind {
  /** Members a binding of this kind must have. */
  needs: string[]
  read?(binding: Binding, data: BindingData): Promise<TypedData | undefined>
  send?(binding: Binding, output: TypedData, data: BindingData): Promise<void>
}

export interface Bindings {
  /** What the function's inputs hold; one that finds nothing is left out. */
  read(target: RegisteredFunction, invocation: Invocation): Promise<NamedData[]>
  /** Sends what the function has returned or set. */
  send(target: RegisteredFunction, invocation: Invocation, response: InvocationResponse): Promise<void>
  /** Says which binding of the function this host does not implement, or what it lacks; undefined when all is well. */
  refusal(target: RegisteredFunction): string | undefined
  close(): Promise<void>
}

export function createBindings(queues: Queues, cosmos: CosmosClients, blobs: BlobServices): Bindings {
  const producers = createEventProducers()
  const kinds: Record<string, Kind> = {
    queue: {
      needs: ['queueName'],
      send: (binding, output, data) => sendMessages(queues, binding, output, data),
    },
    cosmosdb: {
      needs: ['databaseName', 'containerName'],
      read: (binding, data) => readDocuments(cosmos, binding, data),
      send: (binding, output, data) => upsertDocuments(cosmos, binding, output, data),
    },
    blob: {
      needs: ['path'],
      read: (binding, data) => readBlob(blobs, binding, data),
      send: (binding, output, data) => writeBlob(blobs, binding, output, data),
    },
    eventhub: { needs: ['connection', 'eventHubName'], send: producers.send },
  }
  const kindOf = ({ type }: Binding): Kind | undefined => kinds[type.toLowerCase()]
  return {
    async read({ metadata }, invocation) {
      const inputs = Object.entries(metadata.bindings).filter(([, one]) => !isTrigger(one) && !isOutput(one))
      if (inputs.length === 0) return []
      const data = bindingData(invocation)
      const found = inputs.map(async ([name, binding]) => ({
        name,
        data: await kindOf(binding)?.read?.(withNewNames(binding), data),
      }))
      return (await Promise.all(found)).flatMap(({ name, data }) => (data ? [{ name, data }] : []))
    },
    async send({ metadata }, invocation, { outputData = [], returnValue }) {
      const outputs = returnValue ? [...outputData, { name: '$return', data: returnValue }] : outputData
      let data: BindingData | undefined
      for (const { name, data: output } of outputs) {
        const binding = metadata.bindings[name]
        const send = binding && kindOf(binding)?.send
        if (!send) continue
        data ??= bindingData(invocation)
        await send(withNewNames(binding), output, data)
      }
    },
    refusal({ metadata: { name, bindings } }) {
      for (const binding of Object.values(bindings).map(withNewNames)) {
        if (binding.sdkBinding === true) {
          return `Function "${name}": "sdkBinding" of the binding "${binding.type}" is not implemented by this host.`
        }
        if (isTrigger(binding) || binding.type === 'http') continue
        const kind = kindOf(binding)
        const what = `the ${isOutput(binding) ? 'output' : 'input'} binding "${binding.type}"`
        if (!(isOutput(binding) ? kind?.send : kind?.read)) {
          return `Function "${name}": ${what} is not implemented by this host.`
        }
        const missing = kind?.needs.find((member) => typeof binding[member] !== 'string')
        if (missing) return `Function "${name}": ${what} needs "${missing}".`
      }
      return undefined
    },
    close: producers.close,
  }
}

const isTrigger = ({ type }: Binding): boolean => /trigger$/i.test(type)
const isOutput = ({ direction }: Binding): boolean => direction === 'out'

async function sendMessages(
  queues: Queues,
  binding: Binding,
  output: TypedData,
  data: BindingData,
): Promise<void> {
  const connection = resolveConnection(String(binding.connection || 'AzureWebJobsStorage'))
  const client = await queues.client(connection, resolveExpressions(String(binding.queueName), data))
  for (const value of valuesOf(output)) await queues.send(client, rawOf(value))
}
