import { keep } from '../../../shared/azure/kept.ts'
import { fixedTime } from '../../support/fixed-time.ts'

/** A source that is read when told to: each reading waits for `answer` or `fail`. */
function source() {
  const readings: PromiseWithResolvers<string>[] = []
  return {
    load() {
      readings.push(Promise.withResolvers())
      return readings.at(-1)!.promise
    },
    readings: () => readings.length,
    answer: (value: string) => readings.at(-1)!.resolve(value),
    fail: (message: string) => readings.at(-1)!.reject(new Error(message)),
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

function start() {
  const time = fixedTime(0)
  const from = source()
  const logged: unknown[] = []
  const value = keep(from.load, {
    refreshMs: 60_000,
    time,
    logger: (_level, event, fields) => void logged.push([event, fields]),
  })
  return { time, from, value, logged }
}

async function startWith(first: string) {
  const it = start()
  const reading = it.value()
  it.from.answer(first)
  await reading
  return it
}

test('the first readers wait for one reading', async () => {
  const { from, value } = start()
  const all = Promise.all([value(), value(), value(true)])
  from.answer('one')
  expect(await all).toEqual(['one', 'one', 'one'])
  expect(from.readings()).toBe(1)
})

test('a first reading that fails is told, and is not remembered', async () => {
  const { from, value } = start()
  const first = value()
  from.fail('away')
  await expect(first).rejects.toThrow('away')
  const second = value()
  from.answer('one')
  expect(await second).toBe('one')
})

test('while it is fresh nothing is read; then it is read behind the old value, once', async () => {
  const { time, from, value } = await startWith('one')
  time.set(59_999)
  expect(await value()).toBe('one')
  expect(from.readings()).toBe(1)
  time.set(60_000)
  expect([await value(), await value()]).toEqual(['one', 'one'])
  expect(from.readings()).toBe(2)
  from.answer('two')
  await settled()
  expect(await value()).toBe('two')
})

test('a later reading that fails leaves the value, says so, and is repeated in its time', async () => {
  const { time, from, value, logged } = await startWith('one')
  time.set(60_000)
  await value()
  from.fail('away')
  await settled()
  expect(await value()).toBe('one')
  expect(logged).toEqual([['secrets.refresh.failed', { error: 'Error: away' }]])
  expect(from.readings()).toBe(2)
  time.set(120_000)
  await value()
  expect(from.readings()).toBe(3)
})

test('a demanded reading is waited for, and falls back to the value when it fails', async () => {
  const { from, value } = await startWith('one')
  const demanded = value(true)
  from.answer('two')
  expect(await demanded).toBe('two')
})

test('readings are not demanded more often than every five seconds', async () => {
  const { time, from, value } = await startWith('one')
  const demanded = value(true)
  from.fail('away')
  expect(await demanded).toBe('one')
  time.set(4_999)
  expect(await value(true)).toBe('one')
  expect(from.readings()).toBe(2)
  time.set(5_000)
  const again = value(true)
  from.answer('two')
  expect(await again).toBe('two')
})
