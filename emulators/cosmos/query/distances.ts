// The measures by which vectors are compared, as policies and queries name them.

export const DISTANCES = ['cosine', 'dotproduct', 'euclidean'] as const
export type Distance = (typeof DISTANCES)[number]
