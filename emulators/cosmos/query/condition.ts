// The condition of a patch, `FROM c WHERE …`, as a test of one document.
import { compileQuery, newEnvironment } from './compile.ts'
import { parseCondition } from './parser.ts'

const cache = new Map<string, (document: unknown) => boolean>()

/** @throws CosmosError 400 for text that is no condition. */
export function compileCondition(text: string): (document: unknown) => boolean {
  const known = cache.get(text)
  if (known) return known
  const compiled = compileQuery(parseCondition(text))
  const test = (document: unknown) => {
    const env = newEnvironment(new Map(), Date.now())
    let holds = false
    env.slots[0] = document
    compiled.expand(env, () => {
      holds ||= compiled.where!(env) === true
    })
    return holds
  }
  // Conditions often carry their values in the text, so the cache has to stay small.
  if (cache.size >= 200) cache.delete(cache.keys().next().value!)
  cache.set(text, test)
  return test
}
