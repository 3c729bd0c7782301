// The README's own table.
import { readmeWithCoverage } from '../../kit/coverage.ts'

test('the coverage table is what the tests say: run `node emulators/kit/coverage.ts emulators/cosmos`', async () => {
  const folder = new URL('..', import.meta.url).pathname
  const { readme, current } = await readmeWithCoverage(folder)
  expect(current).toBe(readme)
})
