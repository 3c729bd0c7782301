// What a container is defined by. Guarantees that a stored definition is complete: defaults are filled in
// as the service does, and everything the caller gave is echoed.
import { z } from 'zod'
import { parseComputed } from '../query/computed.ts'
import { badRequest } from '../wire/errors.ts'
import { checkTexts, fullTextIndex, fullTextPolicy } from './text-policy.ts'
import { checkVectors, type VectorPolicies, vectorEmbeddingPolicy, vectorIndex } from './vector-policy.ts'

/** Of a change feed policy: a number, or `PT5M` as it is written elsewhere. */
const minutes = z.union([
  z.number().int().nonnegative(),
  z
    .string()
    .regex(/^PT(\d+)M$/)
    .transform((text) => Number(text.slice(2, -1))),
])
/** `/a/b`, `/"any name"/b` */
const KEY_PATH = /^(\/("[^"]+"|[^\s"'*?[\](){}<>,;:\\/#]+))+$/
const keyPath = z.string().regex(KEY_PATH, {
  error: ({ input }) =>
    `The partition key component definition path '${input}' could not be accepted, failed near position '0'. Partition key paths must contain only valid characters and not contain a trailing slash or wildcard character.`,
})
const path = z.object({ path: z.string().startsWith('/') }).loose()

const schema = z
  .object({
    id: z.string().min(1).max(255),
    partitionKey: z.object({
      paths: z.array(keyPath).min(1).max(3),
      kind: z.enum(['Hash', 'MultiHash']).default('Hash'),
      version: z.number().int().min(1).max(2).optional(),
      systemKey: z.boolean().optional(),
    }),
    indexingPolicy: z
      .object({
        indexingMode: z
          .string()
          .transform((mode) => mode.toLowerCase())
          .pipe(z.enum(['consistent', 'none', 'lazy']))
          .default('consistent'),
        automatic: z.boolean().default(true),
        includedPaths: z.array(path).optional(),
        excludedPaths: z.array(path).optional(),
        compositeIndexes: z
          .array(z.array(path.extend({ order: z.enum(['ascending', 'descending']).default('ascending') })))
          .optional(),
        fullTextIndexes: z.array(fullTextIndex).optional(),
        spatialIndexes: z
          .array(path.extend({ boundingBox: z.record(z.string(), z.unknown()).optional() }))
          .optional(),
        vectorIndexes: z.array(vectorIndex).optional(),
      })
      .loose()
      .optional(),
    fullTextPolicy: fullTextPolicy.optional(),
    vectorEmbeddingPolicy: vectorEmbeddingPolicy.optional(),
    computedProperties: z
      .array(z.object({ name: z.string().min(1), query: z.string() }), {
        error: 'One of the specified inputs is invalid',
      })
      .optional(),
    clientEncryptionPolicy: z.record(z.string(), z.unknown()).optional(),
    uniqueKeyPolicy: z
      .object({
        uniqueKeys: z
          .array(z.object({ paths: z.array(z.string().startsWith('/')).min(1).max(16) }).loose())
          .max(10)
          .default([]),
      })
      .loose()
      .optional(),
    defaultTtl: z
      .number()
      .int()
      .refine((seconds) => seconds === -1 || seconds > 0)
      .optional(),
    changeFeedPolicy: z
      .object({ retentionDuration: minutes.default(0) })
      .loose()
      .optional(),
    geospatialConfig: z
      .object({ type: z.enum(['Geography', 'Geometry']).default('Geography') })
      .loose()
      .optional(),
    conflictResolutionPolicy: z.record(z.string(), z.unknown()).optional(),
  })
  .loose()

const SYSTEM = ['_rid', '_self', '_etag', '_ts', '_docs', '_sprocs', '_triggers', '_udfs', '_conflicts']

export type ContainerDefinition = Omit<z.output<typeof schema>, 'indexingPolicy'> & {
  id: string
  partitionKey: z.output<typeof schema>['partitionKey']
  uniqueKeyPolicy?: z.output<typeof schema>['uniqueKeyPolicy']
  fullTextPolicy?: z.output<typeof schema>['fullTextPolicy']
  vectorEmbeddingPolicy?: z.output<typeof schema>['vectorEmbeddingPolicy']
  computedProperties?: { name: string; query: string }[] | undefined
  clientEncryptionPolicy?: Record<string, unknown> | undefined
  geospatialConfig?: { type: 'Geography' | 'Geometry' } | undefined
  changeFeedPolicy?: z.output<typeof schema>['changeFeedPolicy']
  defaultTtl?: number | undefined
  indexingPolicy: IndexingPolicy
}
export interface IndexingPolicy {
  indexingMode: 'consistent' | 'none' | 'lazy'
  automatic: boolean
  includedPaths: { path: string }[]
  excludedPaths: { path: string }[]
  fullTextIndexes?: { path?: string | undefined }[] | undefined
  vectorIndexes?: VectorPolicies['indexes'] | undefined
  compositeIndexes?: { path: string; order: 'ascending' | 'descending' }[][] | undefined
}

/**
 * A container definition from a request body.
 * https://learn.microsoft.com/rest/api/cosmos-db/create-a-collection
 * @throws CosmosError 400 naming the field that is wrong.
 */
export function parseDefinition(body: unknown): ContainerDefinition {
  const parsed = schema.safeParse(body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw badRequest(`The container definition is invalid at '${issue.path.join('.')}': ${issue.message}`)
  }
  const given = { ...parsed.data }
  for (const name of SYSTEM) delete given[name]
  if (/[/\\#?]/.test(given.id)) throw badRequest(`The container id '${given.id}' contains / \\ # or ?.`)
  parseComputed(given.computedProperties ?? [])
  checkTexts(given.fullTextPolicy, given.indexingPolicy?.fullTextIndexes ?? [])
  checkVectors(vectorPolicies(given))
  checkSpatial(given)
  return {
    ...given,
    indexingPolicy: fillIndexingPolicy(given.indexingPolicy),
    conflictResolutionPolicy: given.conflictResolutionPolicy ?? {
      mode: 'LastWriterWins',
      conflictResolutionPath: '/_ts',
      conflictResolutionProcedure: '',
    },
    geospatialConfig: given.geospatialConfig ?? { type: 'Geography' },
  }
}

export const vectorPolicies = ({
  vectorEmbeddingPolicy,
  indexingPolicy,
}: Pick<z.output<typeof schema>, 'vectorEmbeddingPolicy'> & {
  indexingPolicy?: { vectorIndexes?: VectorPolicies['indexes'] | undefined } | undefined
}): VectorPolicies => ({
  embeddings: vectorEmbeddingPolicy?.vectorEmbeddings ?? [],
  indexes: indexingPolicy?.vectorIndexes ?? [],
})

/** Flat space has bounds, which its index needs to know; the globe has none. */
function checkSpatial({ geospatialConfig, indexingPolicy }: z.output<typeof schema>): void {
  const type = geospatialConfig?.type ?? 'Geography'
  for (const { path, boundingBox } of indexingPolicy?.spatialIndexes ?? []) {
    if ((type === 'Geometry') === (boundingBox !== undefined)) continue
    throw badRequest(
      `The spatial index path '${path}' ${boundingBox ? 'cannot have' : 'needs'} a boundingBox, for the type of the container is ${type}.`,
    )
  }
}

function fillIndexingPolicy(given: z.output<typeof schema>['indexingPolicy']): IndexingPolicy {
  const etag = { path: '/"_etag"/?' }
  if (!given)
    return {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: [{ path: '/*' }],
      excludedPaths: [etag],
    }
  if (given.indexingMode === 'none') return { ...given, includedPaths: [], excludedPaths: [] }
  const excludedPaths = [...(given.excludedPaths ?? [])]
  const includedPaths = given.includedPaths ?? (excludedPaths.some(isRoot) ? [] : [{ path: '/*' }])
  if (![...includedPaths, ...excludedPaths].some(isRoot)) {
    throw badRequest(
      'The special mandatory indexing path "/" is not provided in any of the path type sets. Please provide this path in one of the sets.',
    )
  }
  if (!excludedPaths.some(({ path }) => path === etag.path)) excludedPaths.push(etag)
  return { ...given, includedPaths, excludedPaths }
}

const isRoot = ({ path }: { path: string }) => path === '/*' || path === '/'
