// What the app registers, read from its entry: the files that functions/main.ts imports endpoints from.
import { readFile } from 'node:fs/promises'
import type { Endpoint } from '../../functions/adapter/endpoint.ts'

const MAIN = new URL('../../functions/main.ts', import.meta.url)

/** Every endpoint of the app, in the order of the imports. */
export async function loadEndpoints(): Promise<Endpoint[]> {
  const imports = (await readFile(MAIN, 'utf8')).matchAll(/import \{ (\w+Endpoint) \} from '(.+)'/g)
  return Promise.all(
    [...imports].map(async ([, name, path]) => {
      const module: Record<string, Endpoint> = await import(new URL(path!, MAIN).href)
      return module[name!]!
    }),
  )
}
