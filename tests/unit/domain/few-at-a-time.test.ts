import { fewAtATime } from '../../../shared/domain/few-at-a-time.ts'

test('results come in the order of the items, however long each takes; never more at once than said', async () => {
  let running = 0
  let most = 0
  const turns = [5, 1, 4, 2, 3, 0]
  const results = await fewAtATime(turns, 2, async (count) => {
    most = Math.max(most, ++running)
    for (let i = 0; i < count; i++) await Promise.resolve()
    running--
    return `done ${count}`
  })
  expect(results).toEqual(['done 5', 'done 1', 'done 4', 'done 2', 'done 3', 'done 0'])
  expect(most).toBe(2)
})

test('the first failure is told; nothing to do is done at once', async () => {
  await expect(fewAtATime([1, 2], 2, async (n) => Promise.reject(new Error(`no ${n}`)))).rejects.toThrow(
    'no 1',
  )
  expect(await fewAtATime([], 3, async () => 1)).toEqual([])
})
