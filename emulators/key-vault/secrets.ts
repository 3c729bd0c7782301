// The operations of the secrets API over the store, one function each; all of them synchronous, so none can interleave.
// https://learn.microsoft.com/rest/api/keyvault/secrets
import { randomUUID } from 'node:crypto'
import { fromBackup, toBackup } from './backup.ts'
import { badParameter, nameIsDeleted, nameIsTaken, secretDisabled } from './errors.ts'
import { type Call, refuseWhileChanging, required } from './lookup.ts'
import { listItem, page, withoutValue, withValue } from './render.ts'
import { parseName, parsePaging, parseRestore, parseSet, parseUpdate, type UpdateBody } from './requests.ts'
import type { SecretVersion } from './store.ts'

export function setSecret(call: Call): object {
  const body = parseSet(call.body)
  const name = parseName(call.name)
  const existing = call.store.find(name)
  refuseWhileChanging(call)
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
  const { secret, version } = required(call)
  // Only a certificate's secret can be converted, and there are no certificates here.
  if (call.query.has('outContentType')) {
    throw badParameter(`outContentType: the secret ${secret.name} is not the value of a certificate.`)
  }
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
  const isHere = secret && !secret.deletion && call.settling.of(secret.name) === undefined
  const versions = isHere ? call.store.listVersions(secret.name, after, limit + 1) : []
  return page(
    call.view,
    { ...call, limit },
    versions,
    ({ version }) => version,
    (version) => withoutValue(call.view, secret?.name ?? call.name, version),
  )
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
