import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'

export default async function removeApp() {
  await rm(dirname(process.env.PARLEY_TEST_APP), { recursive: true, force: true })
}
