// Once before all tests: the bundle that deploys, so that what is tested is what runs in Azure.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../../local/build.ts'

export default async function buildApp() {
  const folder = await mkdtemp(join(tmpdir(), 'parley-app-'))
  await build(folder)
  process.env.PARLEY_TEST_APP = folder
}
