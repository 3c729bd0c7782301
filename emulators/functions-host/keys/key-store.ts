// The keys of an app in a folder, as the real host keeps them with `AzureWebJobsSecretStorageType=files`: `host.json` for the
// host, `<function>.json` for each function. What is missing is made at the start.
// https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { readJson } from '../app/host-config.ts'

const key = z.object({
  name: z.string(),
  value: z.string().min(1),
  encrypted: z.literal(false).default(false),
})
const hostFile = z.object({
  masterKey: key,
  functionKeys: z.array(key).default([]),
  systemKeys: z.array(key).default([]),
})
const functionFile = z.object({ keys: z.array(key) })

export type Key = z.infer<typeof key>
/** Keys that open every function, keys of the host's extensions, or those of one function. */
export type KeyScope = 'functionkeys' | 'systemkeys' | { function: string }

export interface KeyStore {
  master(): string
  /** Undefined when there is no such function. Names of functions are taken in any case. */
  list(scope: KeyScope): readonly Key[] | undefined
  /** Adds the key or replaces its value; tells whether it is new. */
  put(scope: KeyScope, name: string, value: string): boolean
  /** False when there is no such key. */
  remove(scope: KeyScope, name: string): boolean
  setMaster(value: string): void
}

/** @throws Error naming a file that is not valid, and for a function whose name is the host's. */
export function openKeyStore(folder: string, functions: readonly string[]): KeyStore {
  mkdirSync(folder, { recursive: true })
  const host = open(join(folder, 'host.json'), hostFile, () => ({
    masterKey: newKey('master'),
    functionKeys: [newKey('default')],
    systemKeys: [],
  }))
  const ofFunctions = new Map(
    functions.map((given) => {
      const name = given.toLowerCase()
      if (name === 'host')
        throw new Error('A function named "host" cannot have keys: its file is the host\'s.')
      return [name, open(join(folder, `${name}.json`), functionFile, () => ({ keys: [newKey('default')] }))]
    }),
  )
  const place = (scope: KeyScope): { keys: Key[]; save(): void } | undefined => {
    if (scope === 'functionkeys') return { keys: host.value.functionKeys, save: host.save }
    if (scope === 'systemkeys') return { keys: host.value.systemKeys, save: host.save }
    const found = ofFunctions.get(scope.function.toLowerCase())
    return found && { keys: found.value.keys, save: found.save }
  }
  return {
    master: () => host.value.masterKey.value,
    list: (scope) => place(scope)?.keys,
    put(scope, name, value) {
      const { keys, save } = place(scope)!
      const known = keys.find((one) => same(one.name, name))
      if (known) known.value = value
      else keys.push({ name, value, encrypted: false })
      save()
      return known === undefined
    },
    remove(scope, name) {
      const found = place(scope)
      const index = found?.keys.findIndex((one) => same(one.name, name)) ?? -1
      if (!found || index < 0) return false
      found.keys.splice(index, 1)
      found.save()
      return true
    },
    setMaster(value) {
      host.value.masterKey.value = value
      host.save()
    },
  }
}

/** As long as those of the real host. */
export const newSecret = (): string => `${randomBytes(40).toString('base64url')}==`

export const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

const newKey = (name: string): Key => ({ name, value: newSecret(), encrypted: false })

function open<T>(file: string, schema: z.ZodType<T>, make: () => T): { value: T; save(): void } {
  const isNew = !existsSync(file)
  const value = isNew ? make() : readJson(file, schema)
  const save = (): void => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  if (isNew) save()
  return { value, save }
}
