import { createFallback } from '../../../shared/providers/fallback.ts'
import { ModelFailure } from '../../../shared/providers/model-failure.ts'
import type { ModelChunk, Provider } from '../../../shared/services/ports/model.ts'

const FIRST_TOKEN_MS = 20_000
const REQUEST = { turns: [{ role: 'user' as const, text: 'hello' }] }
const never = new AbortController().signal

type Step = ModelChunk | Error | 'silence'

/** A model that does one of these lists of steps each time it is asked, the last one for good. */
function model(...answers: Step[][]): Provider & { asked: number } {
  const provider = async function* (_request: unknown, signal: AbortSignal): AsyncGenerator<ModelChunk> {
    const steps = answers[Math.min(provider.asked++, answers.length - 1)]!
    for (const step of steps) {
      if (step instanceof Error) throw step
      if (step === 'silence') await new Promise((_, reject) => signal.addEventListener('abort', reject))
      else yield step
    }
  }
  provider.asked = 0
  return provider
}

/** Pauses take no time and are noted; the wait for a first token ends when `lose` is called. */
function world(random = 0.5) {
  const pauses: number[] = []
  const logged: unknown[] = []
  const waits: (() => void)[] = []
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms !== FIRST_TOKEN_MS) pauses.push(ms)
    if (ms !== FIRST_TOKEN_MS) return signal?.aborted ? Promise.reject(signal.reason) : Promise.resolve()
    return new Promise((resolve, reject) => {
      waits.push(resolve)
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  }
  return {
    pauses,
    logged,
    lose: () => waits.at(-1)!(),
    deps: {
      time: { now: () => 0, sleep },
      random: () => random,
      logger: (...line: unknown[]) => void logged.push(line[2]),
      firstTokenMs: FIRST_TOKEN_MS,
    },
  }
}

const named = (...providers: Provider[]) =>
  providers.map((provider, index) => ({ name: `m${index + 1}`, provider }))

const OK: Step[] = [{ text: 'Hi' }, { text: '!' }, { finish: 'stop' }]
const HI = [{ text: 'Hi' }, { text: '!' }, { finish: 'stop' }]
const busy = (retryAfterMs?: number) => new ModelFailure('busy', { status: 429, retryAfterMs })
const refused = (status = 400) => new ModelFailure('refused', { status })

test('the first model answers, and no other is asked', async () => {
  const { deps, pauses } = world()
  const [first, second] = [model(OK), model(OK)]
  expect(await Array.fromAsync(createFallback(named(first, second), deps)(REQUEST, never))).toEqual(HI)
  expect([first.asked, second.asked, pauses]).toEqual([1, 0, []])
})

test.each([
  ['throttled', busy()],
  ['in trouble', refused(503)],
  ['not reached', new ModelFailure('no answer')],
  ['too slow for its gateway', refused(408)],
])('%s, it is asked again after growing random pauses', async (_what, error) => {
  const { deps, pauses } = world()
  const first = model([error], [error], OK)
  expect(await Array.fromAsync(createFallback(named(first), deps)(REQUEST, never))).toEqual(HI)
  expect(first.asked).toBe(3)
  expect(pauses).toEqual([125, 250])
})

test('three tries, then the next model; the last failure is what is thrown', async () => {
  const { deps, logged } = world()
  const [first, second] = [model([busy()]), model(OK)]
  expect(await Array.fromAsync(createFallback(named(first, second), deps)(REQUEST, never))).toEqual(HI)
  expect([first.asked, second.asked]).toEqual([3, 1])
  expect(logged[0]).toEqual({ model: 'm1', tries: 1, error: 'ModelFailure: busy' })
  const down = createFallback(named(model([busy()]), model([refused(503)])), deps)
  await expect(Array.fromAsync(down(REQUEST, never))).rejects.toMatchObject({ status: 503 })
})

test.each([400, 401, 403, 404])('refused with %i, it is not asked again: the next is', async (status) => {
  const { deps, pauses } = world()
  const [first, second] = [model([refused(status)]), model(OK)]
  expect(await Array.fromAsync(createFallback(named(first, second), deps)(REQUEST, never))).toEqual(HI)
  expect([first.asked, second.asked, pauses]).toEqual([1, 1, []])
})

test('a fault of our own is no reason to ask again, but the next model may do', async () => {
  const { deps } = world()
  const [first, second] = [model([new TypeError('oops')]), model(OK)]
  expect(await Array.fromAsync(createFallback(named(first, second), deps)(REQUEST, never))).toEqual(HI)
  expect([first.asked, second.asked]).toEqual([1, 1])
})

test('it is left alone as long as it asks for; too long, and the next is asked', async () => {
  const { deps, pauses } = world()
  const [first, second] = [model([busy(2_000)], [busy(10_000)]), model(OK)]
  expect(await Array.fromAsync(createFallback(named(first, second), deps)(REQUEST, never))).toEqual(HI)
  expect(pauses).toEqual([2_125])
  expect([first.asked, second.asked]).toEqual([2, 1])
})

test('without a token in time the next is asked, and the first is told to stop', async () => {
  const { deps, lose, pauses } = world()
  const [first, second] = [model(['silence']), model(OK)]
  const reading = Array.fromAsync(createFallback(named(first, second), deps)(REQUEST, never))
  while (first.asked === 0) await Promise.resolve()
  lose()
  expect(await reading).toEqual(HI)
  expect([first.asked, second.asked, pauses]).toEqual([1, 1, []])
})

test('the last model in silence: the failure says so', async () => {
  const { deps, lose } = world()
  const only = model(['silence'])
  const reading = Array.fromAsync(createFallback(named(only), deps)(REQUEST, never))
  while (only.asked === 0) await Promise.resolve()
  lose()
  await expect(reading).rejects.toThrow('No token within 20000 ms.')
})

test.each<[string, ModelChunk]>([
  ['text', { text: 'Hi' }],
  ['a call', { toolCall: { id: 'c1', name: 'f', arguments: '{}' } }],
])('after %s nothing is asked again, whatever happens', async (_what, token) => {
  const { deps } = world()
  const [first, second] = [model([token, busy()]), model(OK)]
  const seen: ModelChunk[] = []
  const reading = (async () => {
    for await (const chunk of createFallback(named(first, second), deps)(REQUEST, never)) seen.push(chunk)
  })()
  await expect(reading).rejects.toMatchObject({ status: 429 })
  expect(seen).toEqual([token])
  expect([first.asked, second.asked]).toEqual([1, 0])
})

test('the count of tokens is no token', async () => {
  const { deps } = world()
  const first = model([{ usage: { promptTokens: 1, replyTokens: 0 } }, busy()], OK)
  await Array.fromAsync(createFallback(named(first), deps)(REQUEST, never))
  expect(first.asked).toBe(2)
})

test('after the first token the clock is off', async () => {
  const { deps, lose } = world()
  const read = createFallback(named(model(OK)), deps)(REQUEST, never)[Symbol.asyncIterator]()
  expect(await read.next()).toEqual({ done: false, value: { text: 'Hi' } })
  lose()
  expect(await read.next()).toEqual({ done: false, value: { text: '!' } })
})

test('whoever stops listening is not answered by another model', async () => {
  const { deps } = world()
  const caller = new AbortController()
  const [first, second] = [model(['silence']), model(OK)]
  const reading = Array.fromAsync(createFallback(named(first, second), deps)(REQUEST, caller.signal))
  while (first.asked === 0) await Promise.resolve()
  caller.abort(new Error('stopped'))
  await expect(reading).rejects.toThrow('stopped')
  expect(second.asked).toBe(0)
})

test('stopped in a pause, it asks no more', async () => {
  const caller = new AbortController()
  const { deps } = world()
  const first = model([busy()])
  const sleep: typeof deps.time.sleep = async (ms, signal) => {
    if (ms !== FIRST_TOKEN_MS) caller.abort(new Error('stopped'))
    return deps.time.sleep(ms, signal)
  }
  const patient = createFallback(named(first), { ...deps, time: { now: () => 0, sleep } })
  await expect(Array.fromAsync(patient(REQUEST, caller.signal))).rejects.toThrow('stopped')
  expect(first.asked).toBe(1)
})
