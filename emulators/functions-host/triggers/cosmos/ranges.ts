// The physical ranges of the monitored container. They change: a range that is full is split in two.
import type { Container } from '@azure/cosmos'
import type { FeedRange } from './lease-store.ts'

export async function readRanges(container: Container): Promise<FeedRange[]> {
  const { resources } = await container.readPartitionKeyRanges().fetchAll()
  return resources.map(({ id, minInclusive, maxExclusive, parents }) => {
    return { id, min: minInclusive, max: maxExclusive, parents: parents ?? [] }
  })
}
