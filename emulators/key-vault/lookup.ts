// One call of the secrets API, and the secret it is about: found, or the service's own reason why not.
import { changing, deletedSecretNotFound, secretNotFound } from './errors.ts'
import type { View } from './render.ts'
import { parseName } from './requests.ts'
import type { Settling } from './settling.ts'
import type { Secret, SecretVersion, Store } from './store.ts'

export interface Call {
  store: Store
  settling: Settling
  view: View
  /** Whole seconds since 1970. */
  now: number
  path: string
  query: URLSearchParams
  name: string
  version: string | undefined
  body: Buffer
}

/** The secret and the version asked for, or its latest. @throws VaultError 404, also when the secret is deleted */
export function required(call: Call): { secret: Secret; version: SecretVersion } {
  const secret = call.store.find(parseName(call.name))
  if (!secret || secret.deletion || call.settling.of(secret.name) === 'recovery')
    throw secretNotFound(call.name)
  const version =
    call.version === undefined ? secret.latest : call.store.findVersion(secret.name, call.version)
  if (!version) throw secretNotFound(`${call.name}/${call.version}`)
  return { secret, version }
}

/** @throws VaultError 404 when nothing of that name has been deleted */
export function requiredDeleted(call: Call): Secret {
  const secret = call.store.find(parseName(call.name))
  if (!secret?.deletion) throw deletedSecretNotFound(call.name)
  return secret
}

/** @throws VaultError 409 while a deletion or recovery of the secret is under way */
export function refuseWhileChanging(call: Call): void {
  const change = call.settling.of(call.name)
  if (change) throw changing(change)
}
