// Soft delete: what becomes of a secret from its deletion to its recovery or its end.
import { deletedSecretNotFound, secretDisabled, secretNotFound } from './errors.ts'
import { type Call, refuseWhileChanging, required, requiredDeleted } from './lookup.ts'
import { deletedBundle, deletedListItem, page, withoutValue } from './render.ts'
import { parseName, parsePaging } from './requests.ts'

const DAY = 86_400

export function deleteSecret(call: Call): object {
  const { secret } = required(call)
  const deletion = { deletedAt: call.now, purgeAt: call.now + call.view.retentionDays * DAY }
  call.store.setDeletion(secret.name, deletion)
  call.settling.begin(secret.name, 'deletion')
  return deletedBundle(call.view, { ...secret, deletion })
}

export function getDeleted(call: Call): object {
  const secret = requiredDeleted(call)
  if (call.settling.of(secret.name) === 'deletion') throw deletedSecretNotFound(call.name)
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
  refuseWhileChanging(call)
  call.store.setDeletion(secret.name, undefined)
  call.settling.begin(secret.name, 'recovery')
  return withoutValue(call.view, secret.name, secret.latest)
}

export function purgeDeleted(call: Call): undefined {
  const { name } = requiredDeleted(call)
  refuseWhileChanging(call)
  call.store.remove(name)
  return undefined
}
