export interface ServiceHealth {
  status: 'ok' | 'unavailable'
  latencyMs: number
}

const PATIENCE_MS = 3_000

/** Asks every service at once, each for three seconds at most. A probe that throws or dawdles is `unavailable`. */
export async function checkHealth(
  probes: Record<string, () => Promise<void>>,
): Promise<Record<string, ServiceHealth>> {
  const checked = await Promise.all(
    Object.entries(probes).map(async ([name, probe]): Promise<[string, ServiceHealth]> => {
      const started = performance.now()
      const status = await within(probe()).then(
        () => 'ok' as const,
        () => 'unavailable' as const,
      )
      return [name, { status, latencyMs: Math.round(performance.now() - started) }]
    }),
  )
  return Object.fromEntries(checked)
}

function within(work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('No answer in time.')), PATIENCE_MS)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
