/** The value below which the share `p` of the samples lies (nearest rank). */
export function percentile(samples: number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN
}

const shown = (value: number): string => value.toFixed(value < 10 ? 1 : 0)

export const spread = (samples: number[]): string =>
  `p50 ${shown(percentile(samples, 0.5))} ms, p95 ${shown(percentile(samples, 0.95))} ms, p99 ${shown(percentile(samples, 0.99))} ms, max ${shown(Math.max(...samples))} ms`

/** One line of the report. */
export const report = (what: string, measured: string, target: string): void =>
  console.log(`${what.padEnd(58)} ${measured}${target ? `   (target: ${target})` : ''}`)
