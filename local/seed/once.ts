// The demo of the first start. Later ones leave the data as people have made it.
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PASSWORD, PEOPLE } from './cast.ts'

export interface Account {
  handle: string
  password: string
}

/** Seeds a new data folder. Returns who can sign in: nobody when that failed, and `warn` is told why. */
export async function seedOnce(
  api: string,
  dataDir: string,
  warn: (text: string) => void,
): Promise<Account[]> {
  const mark = join(dataDir, 'seeded')
  const isSeeded = await access(mark).then(
    () => true,
    () => false,
  )
  try {
    if (!isSeeded) {
      const { seedDemo } = await import('./demo.ts')
      await seedDemo(api)
      await writeFile(mark, 'The demo was made at the first start. npm run seed makes it again.\n')
    }
    return PEOPLE.slice(0, 2).map(({ handle }) => ({ handle, password: PASSWORD }))
  } catch (error) {
    warn(`The demo could not be made: ${error instanceof Error ? error.message : String(error)}`)
    return []
  }
}
