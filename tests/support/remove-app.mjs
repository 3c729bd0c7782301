import { rm } from 'node:fs/promises'

export default async function removeApp() {
  await rm(process.env.PARLEY_TEST_APP, { recursive: true, force: true })
}
