// The vector embedding policy and the vector indexes of a container: checked with the service's words, kept, and otherwise
// without effect on what is found, for here every vector is compared.
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { DISTANCES, toDistance } from '../query/distances.ts'
import { badRequest } from '../wire/errors.ts'

const embedding = z
  .object({
    path: z.string(),
    dataType: z.string().default('float32'),
    dimensions: z.number(),
    distanceFunction: z.string().default('cosine'),
  })
  .loose()
export const vectorEmbeddingPolicy = z.object({ vectorEmbeddings: z.array(embedding).default([]) }).loose()
export const vectorIndex = z
  .object({
    path: z.string(),
    type: z.string(),
    quantizationByteSize: z.number().optional(),
    indexingSearchListSize: z.number().optional(),
    vectorIndexShardKey: z.array(z.string()).optional(),
  })
  .loose()

export interface VectorPolicies {
  embeddings: z.output<typeof embedding>[]
  indexes: z.output<typeof vectorIndex>[]
}

const DATA_TYPES = ['float32', 'float16', 'int8', 'uint8']
const INDEX_TYPES = ['flat', 'quantizedFlat', 'diskANN']
const MOST_DIMENSIONS = 4096

/** @throws CosmosError 400 */
export function checkVectors({ embeddings, indexes }: VectorPolicies): void {
  for (const { dataType, dimensions, distanceFunction } of embeddings) {
    if (!DATA_TYPES.includes(dataType)) {
      throw badRequest(`The Vector Embedding Policy has an invalid DataType:${dataType}.`)
    }
    if (dimensions > MOST_DIMENSIONS) {
      throw badRequest(
        `The Vector Embedding Policy has Dimensions:${dimensions} which is more than the maximum supported value:${MOST_DIMENSIONS}.`,
      )
    }
    if (!Number.isInteger(dimensions) || dimensions < 1) {
      throw badRequest(
        `The Vector Embedding Policy has Dimensions:${dimensions}, which must be a positive integer.`,
      )
    }
    if (!toDistance(distanceFunction)) {
      throw badRequest(
        `The Vector Embedding Policy has an invalid DistanceFunction:${distanceFunction}. It must be one of ${DISTANCES.join(', ')}.`,
      )
    }
  }
  for (const index of indexes) checkIndex(index, embeddings)
}

function checkIndex(
  index: VectorPolicies['indexes'][number],
  embeddings: VectorPolicies['embeddings'],
): void {
  const { path, type, vectorIndexShardKey = [] } = index
  const known = embeddings.find((one) => one.path === path)
  if (!known) throw badRequest(`The Vector Indexing Policy's path::${path} not matching in Embedding's path.`)
  if (!INDEX_TYPES.includes(type))
    throw badRequest(`The Vector Indexing Policy's Index Type::${type} is invalid.`)
  const inRange = (name: string, value: number | undefined, least: number, most: number) => {
    if (value === undefined || (value >= least && value <= most)) return
    throw badRequest(
      `The Vector Indexing Policy parameter ${name} value :: ${value} is out of range. The allowed range is between ${least} and ${most}.`,
    )
  }
  inRange('QuantizationByteSize', index.quantizationByteSize, 1, Math.min(known.dimensions, 512))
  inRange('IndexingSearchListSize', index.indexingSearchListSize, 25, 500)
  if (vectorIndexShardKey.length > 1) {
    throw badRequest(
      `The number of shard paths defined in the Vector Indexing Policy: ${vectorIndexShardKey.length} exceeds the maximum: 1.`,
    )
  }
  const wrong = vectorIndexShardKey.find((shard) => !shard.startsWith('/'))
  if (wrong !== undefined) throw badRequest(`The Vector Indexing Policy has an invalid Shard Path: ${wrong}.`)
}

/** What there is stays as it is; more may come. @throws CosmosError 400 */
export function refuseVectorChange(before: VectorPolicies, after: VectorPolicies): void {
  const kept = <T extends { path: string }>(old: T[], now: T[]) =>
    old.every((one) =>
      isDeepStrictEqual(
        one,
        now.find(({ path }) => path === one.path),
      ),
    )
  if (!kept(before.embeddings, after.embeddings)) {
    throw badRequest('Paths in existing embedding policy cannot be modified in Collection Replace.')
  }
  if (!kept(before.indexes, after.indexes)) {
    throw badRequest('Paths in existing vector indexing policy cannot be modified in Collection Replace.')
  }
}
