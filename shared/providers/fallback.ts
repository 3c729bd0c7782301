// A bot's models in their order: each asked again while it may help, the next asked when one has failed. All of that only
// before the first token; after it, whoever listens has heard too much to start over.
import type { ModelChunk, ModelRequest, Provider } from '../services/ports/model.ts'
import type { Logger, Time } from '../services/ports/world.ts'
import { ModelFailure } from './model-failure.ts'

export interface FallbackDeps {
  time: Time
  random(): number
  logger: Logger
  /** How long each may take to its first token. */
  firstTokenMs: number
}

/** How often one model is asked, and the longest it is waited for in between. */
const TRIES = 3
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000

/**
 * One provider made of several.
 * @throws what the last of them threw, or what the first threw after its first token
 */
export function createFallback(models: { name: string; provider: Provider }[], deps: FallbackDeps): Provider {
  return async function* fallback(request, signal) {
    let failure: unknown
    for (const { name, provider } of models) {
      for (let tries = 1; tries <= TRIES; tries++) {
        const attempt = { hasToken: false }
        try {
          yield* ask(provider, request, signal, attempt, deps)
          return
        } catch (error) {
          signal.throwIfAborted()
          if (attempt.hasToken) throw error
          failure = error
          deps.logger('warn', 'model.failed', { model: name, tries, error: String(error) })
        }
        const pauseMs = tries < TRIES ? pauseAfter(failure, tries, deps.random()) : undefined
        if (pauseMs === undefined) break
        await deps.time.sleep(pauseMs, signal)
      }
    }
    throw failure
  }
}

/** Undefined when asking again would not help, or not soon. */
function pauseAfter(failure: unknown, tries: number, random: number): number | undefined {
  if (!(failure instanceof ModelFailure) || !failure.isTransient || failure instanceof Silence)
    return undefined
  const asked = failure.retryAfterMs ?? 0
  // Full jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
  const pauseMs = asked + random * FIRST_PAUSE_MS * 2 ** (tries - 1)
  return pauseMs <= LONGEST_PAUSE_MS ? pauseMs : undefined
}

/** No first token in time. */
class Silence extends ModelFailure {}

async function* ask(
  provider: Provider,
  request: ModelRequest,
  signal: AbortSignal,
  attempt: { hasToken: boolean },
  { time, firstTokenMs }: FallbackDeps,
): AsyncGenerator<ModelChunk> {
  const tooLate = new AbortController()
  const waiting = new AbortController()
  time.sleep(firstTokenMs, waiting.signal).then(
    () => {
      if (!waiting.signal.aborted) tooLate.abort(new Silence(`No token within ${firstTokenMs} ms.`))
    },
    () => undefined,
  )
  const either = AbortSignal.any([signal, tooLate.signal])
  try {
    for await (const chunk of provider(request, either)) {
      if ('text' in chunk || 'toolCall' in chunk) {
        attempt.hasToken = true
        waiting.abort()
      }
      yield chunk
    }
    either.throwIfAborted()
  } catch (error) {
    throw tooLate.signal.aborted ? tooLate.signal.reason : error
  } finally {
    waiting.abort()
  }
}
