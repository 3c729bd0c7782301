// The condition of a patch, `FROM c WHERE …`, as a test of one document at a time in Unix milliseconds.
import { compileQuery } from './compile.ts'
import { newEnvironment } from './compiled.ts'
import { parseCondition } from './parser.ts'

type Test = (document: unknown, now: number) => boolean

const cache = new Map<string, Test>()

/** @throws CosmosError 400 for text that is no condition. */
export function compileCondition(text: string): Test {
  const known = cache.get(text)
  if (known) return known
  const compiled = compileQuery(parseCondition(text))
  const test: Test = (document, now) => {
    const env = newEnvironment(new Map(), now)
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
