// App settings: what `process.env` is for the app. Precedence as in Core Tools, with the caller's settings on top:
// settings given to the host, then the environment, then `Values` of local.settings.json.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { readJson } from './host-config.ts'

const localSettings = z.looseObject({
  IsEncrypted: z.boolean().optional(),
  Values: z.record(z.string(), z.string()).default({}),
  Host: z.looseObject({ CORS: z.string().optional(), CORSCredentials: z.boolean().optional() }).default({}),
})

export interface LocalHostSettings {
  cors: string | undefined
  corsCredentials: boolean
}

/** Puts the settings into `process.env`; call it before the app is loaded. @throws Error naming a bad file. */
export function applySettings(app: string, given: Record<string, string>): LocalHostSettings {
  const file = join(app, 'local.settings.json')
  const local = existsSync(file) ? readJson(file, localSettings) : localSettings.parse({})
  if (local.IsEncrypted) throw new Error(`${file} is encrypted: this host reads plain values only.`)
  for (const [name, value] of Object.entries(local.Values)) process.env[name] ??= value
  Object.assign(process.env, given)
  process.env.AZURE_FUNCTIONS_ENVIRONMENT ??= 'Development'
  process.env.FUNCTIONS_WORKER_RUNTIME ??= 'node'
  return { cors: local.Host.CORS, corsCredentials: local.Host.CORSCredentials ?? false }
}

/** The largest request body in bytes that the app setting FUNCTIONS_REQUEST_BODY_SIZE_LIMIT allows. */
export function bodyLimitSetting(): number | undefined {
  const value = findSetting('FUNCTIONS_REQUEST_BODY_SIZE_LIMIT')
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined
}

/** Replaces every `%NAME%` by the app setting. @throws Error when one is not set, as the real host does. */
export function resolveSettings(text: string): string {
  return text.replaceAll(/%([^%]+)%/g, (_, name: string) => {
    const value = process.env[name]
    if (value === undefined) throw new Error(`'%${name}%' does not resolve to a value.`)
    return value
  })
}

/** The setting `AzureWebJobs<name>`, else `<name>`; undefined when neither is set. */
export function findConnection(name: string): string | undefined {
  return process.env[`AzureWebJobs${name}`] || findSetting(name)
}

/** An app setting that is set to something. */
export const findSetting = (name: string): string | undefined => process.env[name] || undefined

/**
 * The connection string a binding's `connection` names: the setting `AzureWebJobs<name>`, else `<name>`.
 * @throws Error when neither is set, or when only an identity-based connection (`<name>__…`) is.
 */
export function resolveConnection(name: string): string {
  const found = findConnection(name)
  if (found !== undefined) return found
  const identity = Object.keys(process.env).find((key) => key.startsWith(`${name}__`))
  if (identity) {
    throw new Error(
      `"${identity}" asks for an identity-based connection: this host connects by connection string.`,
    )
  }
  throw new Error(`The app setting "${name}" (or "AzureWebJobs${name}") with a connection string is missing.`)
}

/** True when `AzureWebJobs.<function>.Disabled` (or its spelling with underscores) is set to true or 1. */
export function isDisabled(name: string): boolean {
  const value = process.env[`AzureWebJobs.${name}.Disabled`] ?? process.env[`AzureWebJobs_${name}_Disabled`]
  return value !== undefined && /^(true|1)$/i.test(value)
}
