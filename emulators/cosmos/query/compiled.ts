// A query as closures: what compiling makes and evaluating runs.
import type { Distance } from './distances.ts'

/** What an evaluation needs: the bound names, the parameters and the finished aggregates. */
export interface Environment {
  slots: unknown[]
  aggregates: unknown[]
  parameters: ReadonlyMap<string, unknown>
  /** Unix milliseconds, the same for the whole request. */
  now: number
  /** How vectors at a path are compared, by the container's policy. */
  embeddings?: ReadonlyMap<string, Distance>
  /** Places are in flat space, not on the globe. */
  flat?: boolean
}

export type Evaluate = (env: Environment) => unknown

export interface AggregateSpec {
  name: string
  /** Where the finished value goes. */
  slot: number
  argument: Evaluate
}

export interface CompiledQuery {
  /** Binds the sources' slots in every combination, calling back for each. The root document is in slot 0. */
  expand(env: Environment, row: () => void): void
  where?: Evaluate
  project: Evaluate
  groupBy: Evaluate[]
  aggregates: AggregateSpec[]
  orderBy: { evaluate: Evaluate; descending: boolean }[]
  distinct: boolean
  top?: Evaluate
  offset?: Evaluate
  limit?: Evaluate
}

export interface Context {
  names: Map<string, number>
  /** Counts over the whole query, subqueries included: each has its own slots in one array. */
  counters: { slots: number; aggregates: number }
  /** Where aggregate calls are collected; absent where none may stand. */
  aggregates?: AggregateSpec[]
}

/** @param policies What a container's policies say of its vectors and places. */
export function newEnvironment(
  parameters: ReadonlyMap<string, unknown>,
  now: number,
  policies: Pick<Environment, 'embeddings' | 'flat'> = {},
): Environment {
  const { embeddings, flat } = policies
  return {
    slots: [],
    aggregates: [],
    parameters,
    now,
    ...(embeddings && { embeddings }),
    ...(flat && { flat }),
  }
}
