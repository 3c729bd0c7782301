// The operations of the secrets API over the store, one function each; all of them synchronous, so none can interleave.
// https://learn.microsoft.com/rest/api/keyvault/secrets
import { randomUUID } from 'node:crypto'
import { fromBackup, toBackup } from './backup.ts'
import {
  deletedSecretNotFound,
  nameIsDeleted,
  nameIsTaken,
  notImplemented,
  secretDisabled,
  secretNotFound,
} from './errors.ts'
import {
  deletedBundle,
  deletedListItem,
  listItem,
  page,
  type View,
  withoutValue,
  withValue,
} from './render.ts'
import { parseName, parsePaging, parseRestore, parseSet, parseUpdate, type UpdateBody } from './requests.ts'
import type { Secret, SecretVersion, Store } from './store.ts'

export interface Call {
  store: Store
  view: View
  /** Whole seconds since 1970. */
  now: number
  path: string
  query: URLSearchParams
  name: string
  version: string | undefined
  body: Buffer
}

const DAY = 86_400

export function setSecret(call: Call): object {
  const body = parseSet(call.body)
  const name = parseName(call.name)
  const existing = call.store.find(name)
  if (existing?.deletion) throw nameIsDeleted(existing.name)
  const version: SecretVersion = {
    ...changed({ enabled: true }, body),
    version: newVersion(),
    value: body.value,
    created: call.now,
    updated: call.now,
  }
  call.store.add(existing?.name ?? name, [version])
  return withValue(call.view, existing?.name ?? name, version)
}

/** A secret can be read outside its nbf and exp, which only inform: that is the documented behaviour. */
export function getSecret(call: Call): object {
  if (call.query.has('outContentType'))
    throw notImplemented('the conversion of certificates (outContentType)')
  const { secret, version } = required(call)
  if (!version.enabled) throw secretDisabled()
  return withValue(call.view, secret.name, version)
}

export function updateSecret(call: Call): object {
  const body = parseUpdate(call.body)
  const { secret, version } = required(call)
  const updated = { ...version, ...changed(version, body), updated: call.now }
  call.store.replace(secret.name, updated)
  return withoutValue(call.view, secret.name, updated)
}

export function listSecrets(call: Call): object {
  const { after, limit } = parsePaging(call.query)
  const secrets = call.store.list(false, after, limit + 1)
  return page(
    call.view,
    { ...call, limit },
    secrets,
    ({ name }) => name,
    (secret) => listItem(call.view, secret),
  )
}

/** Of a secret that is not there: an empty list, as in the service. */
export function listVersions(call: Call): object {
  const { after, limit } = parsePaging(call.query)
  const secret = call.store.find(parseName(call.name))
  const versions = secret && !secret.deletion ? call.store.listVersions(secret.name, after, limit + 1) : []
  return page(
    call.view,
    { ...call, limit },
    versions,
    ({ version }) => version,
    (version) => withoutValue(call.view, secret?.name ?? call.name, version),
  )
}

export function deleteSecret(call: Call): object {
  const { secret } = required(call)
  const deletion = { deletedAt: call.now, purgeAt: call.now + call.view.retentionDays * DAY }
  call.store.setDeletion(secret.name, deletion)
  return deletedBundle(call.view, { ...secret, deletion })
}

export function getDeleted(call: Call): object {
  const secret = requiredDeleted(call)
  if (!secret.latest.enabled) throw secretDisabled()
  return deletedBundle(call.view, secret)
}

export function listDeleted(call: Call): object {
  const { after, limit } = parsePaging(call.query)
  const secrets = call.store.list(true, after, limit + 1)
  return page(
    call.view,
    { ...call, limit },
    secrets,
    ({ name }) => name,
    (secret) => deletedListItem(call.view, secret),
  )
}

export function recoverDeleted(call: Call): object {
  const secret = call.store.find(parseName(call.name))
  if (!secret?.deletion) throw secretNotFound(call.name)
  call.store.setDeletion(secret.name, undefined)
  return withoutValue(call.view, secret.name, secret.latest)
}

export function purgeDeleted(call: Call): undefined {
  call.store.remove(requiredDeleted(call).name)
  return undefined
}

export function backupSecret(call: Call): object {
  const { secret } = required(call)
  return { value: toBackup(secret.name, call.store.history(secret.name)) }
}

export function restoreSecret(call: Call): object {
  const { name, versions } = fromBackup(parseRestore(call.body))
  const existing = call.store.find(parseName(name))
  if (existing?.deletion) throw nameIsDeleted(existing.name)
  if (existing) throw nameIsTaken(existing.name)
  call.store.add(name, versions)
  return withoutValue(call.view, name, versions.at(-1)!)
}

/** The secret and the version asked for, or its latest. @throws VaultError 404, also when the secret is deleted */
function required(call: Call): { secret: Secret; version: SecretVersion } {
  const secret = call.store.find(parseName(call.name))
  if (!secret || secret.deletion) throw secretNotFound(call.name)
  const version =
    call.version === undefined ? secret.latest : call.store.findVersion(secret.name, call.version)
  if (!version) throw secretNotFound(`${call.name}/${call.version}`)
  return { secret, version }
}

function requiredDeleted(call: Call): Secret {
  const secret = call.store.find(parseName(call.name))
  if (!secret?.deletion) throw deletedSecretNotFound(call.name)
  return secret
}

type Properties = Pick<SecretVersion, 'enabled' | 'contentType' | 'tags' | 'notBefore' | 'expires'>

/** The properties with what the body names changed; tags are replaced as a whole. */
function changed(before: Properties, body: UpdateBody): Properties {
  return {
    enabled: body.attributes?.enabled ?? before.enabled,
    contentType: body.contentType ?? before.contentType,
    tags: body.tags ?? before.tags,
    notBefore: body.attributes?.nbf ?? before.notBefore,
    expires: body.attributes?.exp ?? before.expires,
  }
}

const newVersion = (): string => randomUUID().replaceAll('-', '')
