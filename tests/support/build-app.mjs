// Once before all tests: a temporary folder for whatever they and their processes leave behind, and the bundle that deploys,
// so that what is tested is what runs in Azure.
import { join } from 'node:path'
import { build } from '../../local/build.ts'
import { makeTemporaryRoot } from '../../local/temporary-root.ts'

export default async function buildApp() {
  const folder = join(makeTemporaryRoot(), 'app')
  await build(folder)
  process.env.PARLEY_TEST_APP = folder
}
