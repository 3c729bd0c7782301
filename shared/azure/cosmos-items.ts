// The few item calls all stores are made of: absent is undefined, a lost condition is a value, failures are translated.
import type {
  Container,
  FeedOptions,
  OperationInput,
  PatchOperation,
  SqlParameter,
  SqlQuerySpec,
} from '@azure/cosmos'
import { ChatError } from '../domain/error.ts'
import { statusOf, translated } from './cosmos-errors.ts'

export interface Found<T> {
  item: T
  etag: string
}

export async function readItem<T>(
  container: Container,
  partition: string,
  id: string,
): Promise<Found<T> | undefined> {
  const { resource } = await translated(() => container.item(id, partition).read())
  return resource ? { item: resource as T, etag: resource._etag as string } : undefined
}

/** False when an item with this id (or unique key) is there already. */
export async function createItem(container: Container, item: object): Promise<boolean> {
  return (await insertItem(container, item)) !== undefined
}

/** The etag of the new item; undefined when one with this id (or unique key) is there already. */
export async function insertItem(container: Container, item: object): Promise<string | undefined> {
  try {
    return (await translated(() => container.items.create(item))).etag
  } catch (error) {
    if (statusOf(error) === 409) return undefined
    throw error
  }
}

/** The new etag; undefined when the item changed since `etag`, or is gone. */
export async function replaceItem(
  container: Container,
  partition: string,
  item: object & { id: string },
  etag: string,
): Promise<string | undefined> {
  const accessCondition = { type: 'IfMatch', condition: etag }
  try {
    const replace = () => container.item(item.id, partition).replace(item, { accessCondition })
    return (await translated(replace)).etag
  } catch (error) {
    const status = statusOf(error)
    if (status === 404 || status === 412) return undefined
    throw error
  }
}

export async function upsertItem(container: Container, item: object): Promise<void> {
  await translated(() => container.items.upsert(item))
}

export async function deleteItem(container: Container, partition: string, id: string): Promise<boolean> {
  return whether(404, () => container.item(id, partition).delete())
}

/** All or nothing in one partition; false when a condition was lost: something is there already, or has changed. */
export async function batchItems(
  container: Container,
  partition: string,
  operations: OperationInput[],
): Promise<boolean> {
  const lost = (status: unknown): boolean => status === 409 || status === 412
  const steps = operations.map((step) => ({ ...step, partitionKey: partition }) as OperationInput)
  try {
    const { result = [] } = await translated(() => container.items.batch(steps, partition).catch(unwrapped))
    const failed = result.find(({ statusCode }) => statusCode >= 400 && statusCode !== 424)
    if (!failed) return true
    if (lost(failed.statusCode)) return false
    throw new ChatError('unavailable', `The database answered ${failed.statusCode} to a batch.`)
  } catch (error) {
    if (lost(statusOf(error))) return false
    throw error
  }
}

/** The SDK wraps what a batch throws, and the status with it. */
function unwrapped(thrown: unknown): never {
  throw thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
}

/** `condition` is the WHERE clause on `c`. */
export async function patchItem(
  container: Container,
  partition: string,
  id: string,
  operations: PatchOperation[],
  condition?: string,
): Promise<'patched' | 'absent' | 'unmet'> {
  const body = condition ? { condition: `FROM c WHERE ${condition}`, operations } : operations
  try {
    await translated(() => container.item(id, partition).patch(body))
    return 'patched'
  } catch (error) {
    const status = statusOf(error)
    if (status === 404) return 'absent'
    if (status === 412) return 'unmet'
    throw error
  }
}

export interface Query {
  partition?: string | undefined
  text: string
  values?: Record<string, SqlParameter['value']>
  options?: FeedOptions
}

/** `(@key0, @key1, …)` and the values behind it: IN is looked up in the index, once per value. */
export function inList(name: string, values: string[]): { text: string; values: Record<string, string> } {
  const names = values.map((_, i) => `${name}${i}`)
  return {
    text: `(${names.map((each) => `@${each}`).join(', ')})`,
    values: Object.fromEntries(names.map((each, i) => [each, values[i]!])),
  }
}

/** Every result of a query. Keep it bounded by TOP or by what a partition can hold. */
export async function queryAll<T>(container: Container, query: Query): Promise<T[]> {
  const iterator = container.items.query<T>(toSpec(query), toOptions(query))
  return translated(async () => (await iterator.fetchAll()).resources)
}

export async function queryPage<T>(
  container: Container,
  query: Query,
): Promise<{ items: T[]; cursor?: string | undefined }> {
  const iterator = container.items.query<T>(toSpec(query), toOptions(query))
  const page = await translated(() => iterator.fetchNext())
  return { items: page.resources ?? [], cursor: page.continuationToken }
}

function toSpec({ text, values = {} }: Query): SqlQuerySpec {
  return {
    query: text,
    parameters: Object.entries(values).map(([name, value]) => ({ name: `@${name}`, value })),
  }
}

function toOptions({ partition, options }: Query): FeedOptions {
  return partition === undefined ? { ...options } : { ...options, partitionKey: partition }
}

async function whether(lost: number, call: () => Promise<unknown>): Promise<boolean> {
  try {
    await translated(call)
    return true
  } catch (error) {
    if (statusOf(error) === lost) return false
    throw error
  }
}
