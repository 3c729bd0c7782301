// The measures by which vectors are compared, as policies and queries name them.

export const DISTANCES = ['cosine', 'dotproduct', 'euclidean'] as const
export type Distance = (typeof DISTANCES)[number]

/** Whatever the case it is written in. */
export const toDistance = (name: unknown): Distance | undefined =>
  typeof name === 'string' ? DISTANCES.find((one) => one === name.toLowerCase()) : undefined
