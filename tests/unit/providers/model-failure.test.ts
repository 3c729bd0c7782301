import { ModelFailure } from '../../../shared/providers/model-failure.ts'

test.each([
  [undefined, true],
  [400, false],
  [401, false],
  [404, false],
  [408, true],
  [422, false],
  [429, true],
  [500, true],
  [503, true],
])('status %p is worth another try: %p', (status, isTransient) => {
  expect(new ModelFailure('x', status === undefined ? {} : { status }).isTransient).toBe(isTransient)
})
