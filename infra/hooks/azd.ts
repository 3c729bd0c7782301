// What the hooks share: the environment that azd hands them and keeps, and who is signed in.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  ChainedTokenCredential,
  type TokenCredential,
} from '@azure/identity'

/** Whoever is signed in with azd, or else with az. */
export const operatorCredential = (): TokenCredential =>
  new ChainedTokenCredential(new AzureDeveloperCliCredential(), new AzureCliCredential())

/** @throws Error that names the variable */
export function required(name: string, environment = process.env): string {
  const value = environment[name]
  if (!value) throw new Error(`${name} is not set: run this through azd.`)
  return value
}

/** Keeps a value in the azd environment, where the template and later hooks find it. */
export async function keep(name: string, value: string): Promise<void> {
  await promisify(execFile)('azd', ['env', 'set', name, value])
}
