// azd's hook after the app was deployed: brings the same package to the app of the second region, where there is one.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { operatorCredential } from './azd.ts'
import { publish, zip } from './package.ts'

const { SECOND_API_NAME: second } = process.env
if (second) {
  const files = (await readdir('dist')).filter((name) => /^(main\.cjs|host\.json|package\.json)$/.test(name))
  const entries = await Promise.all(
    files.map(async (name) => ({ name, bytes: await readFile(join('dist', name)) })),
  )
  await publish(`https://${second}.scm.azurewebsites.net`, zip(entries), operatorCredential())
  console.log(`${second} has the same package.`)
}
