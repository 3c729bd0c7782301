// Secrets through `@azure/keyvault-secrets`: versions, properties, soft delete, paging, backup.
import type { RestError } from '@azure/core-rest-pipeline'
import type { SecretClient } from '@azure/keyvault-secrets'
import { startKeyVault } from '../server.ts'
import { clientOf } from './client.ts'

const NOON = Date.UTC(2026, 0, 2, 12)

async function names(pages: AsyncIterable<{ name: string }>): Promise<string[]> {
  return (await Array.fromAsync(pages)).map(({ name }) => name)
}

async function failure(call: Promise<unknown>): Promise<{ status: unknown; code: unknown; inner: unknown }> {
  const error = await call.then(
    () => undefined,
    (thrown: RestError & { details?: { error?: { innerError?: { code?: string } } } }) => thrown,
  )
  return { status: error?.statusCode, code: error?.code, inner: error?.details?.error?.innerError?.code }
}

async function deleteNow(client: SecretClient, name: string): Promise<void> {
  await (await client.beginDeleteSecret(name, { intervalInMs: 1 })).pollUntilDone()
}

test('sets a secret with all its properties and reads it back', async () => {
  await using vault = await startKeyVault({ now: () => NOON })
  const client = clientOf(vault)
  const set = await client.setSecret('Db-Password', 'pässword', {
    contentType: 'text/plain',
    tags: { owner: 'ops' },
    notBefore: new Date('2026-01-01T00:00:00Z'),
    expiresOn: new Date('2030-01-01T00:00:00Z'),
  })
  const got = await client.getSecret('Db-Password')
  expect(got).toEqual(set)
  expect(got).toMatchObject({
    name: 'Db-Password',
    value: 'pässword',
    properties: {
      contentType: 'text/plain',
      tags: { owner: 'ops' },
      enabled: true,
      notBefore: new Date('2026-01-01T00:00:00Z'),
      expiresOn: new Date('2030-01-01T00:00:00Z'),
      createdOn: new Date('2026-01-02T12:00:00Z'),
      updatedOn: new Date('2026-01-02T12:00:00Z'),
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
      vaultUrl: vault.url,
    },
  })
  expect(got.properties.version).toMatch(/^[0-9a-f]{32}$/)
  expect(got.properties.id).toBe(`${vault.url}/secrets/Db-Password/${got.properties.version}`)
})

test('setting it again makes a version; the older one stays readable; case does not count', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  const first = await client.setSecret('key', 'one')
  const second = await client.setSecret('KEY', 'two')
  expect(second.properties.version).not.toBe(first.properties.version)
  expect(second.name).toBe('key')
  expect((await client.getSecret('Key')).value).toBe('two')
  expect((await client.getSecret('key', { version: first.properties.version! })).value).toBe('one')
  const versions = await Array.fromAsync(client.listPropertiesOfSecretVersions('key'))
  expect(versions.map(({ version }) => version)).toEqual(
    [first.properties.version, second.properties.version].sort(),
  )
})

test('an empty value is a value, a missing secret or version is not', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  await client.setSecret('empty', '')
  expect((await client.getSecret('empty')).value).toBe('')
  expect(await failure(client.getSecret('nothing'))).toEqual({ status: 404, code: 'SecretNotFound' })
  const version = '0123456789abcdef0123456789abcdef'
  await expect(client.getSecret('empty', { version })).rejects.toThrow(
    `A secret with (name/id) empty/${version} was not found in this key vault.`,
  )
  expect(await names(client.listPropertiesOfSecretVersions('nothing'))).toEqual([])
})

test('updates properties of one version and leaves what is not named', async () => {
  let now = NOON
  await using vault = await startKeyVault({ now: () => now })
  const client = clientOf(vault)
  const { properties } = await client.setSecret('key', 'one', { contentType: 'a', tags: { x: '1', y: '2' } })
  const second = await client.setSecret('key', 'two')
  now += 60_000
  const updated = await client.updateSecretProperties('key', properties.version!, {
    tags: { z: '3' },
    expiresOn: new Date('2035-01-01T00:00:00Z'),
  })
  expect(updated).toMatchObject({
    contentType: 'a',
    tags: { z: '3' },
    enabled: true,
    expiresOn: new Date('2035-01-01T00:00:00Z'),
    createdOn: new Date('2026-01-02T12:00:00Z'),
    updatedOn: new Date('2026-01-02T12:01:00Z'),
  })
  expect((await client.getSecret('key', { version: properties.version! })).value).toBe('one')
  expect((await client.getSecret('key')).properties).toEqual(second.properties)
})

test('a disabled secret is not readable, but can be listed, updated and deleted', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  const { properties } = await client.setSecret('key', 'one', { enabled: false })
  const disabled = { status: 403, code: 'Forbidden', inner: 'SecretDisabled' }
  expect(await failure(client.getSecret('key'))).toEqual(disabled)
  await expect(client.getSecret('key')).rejects.toThrow('Operation get is not allowed on a disabled secret.')
  expect((await Array.fromAsync(client.listPropertiesOfSecrets()))[0]).toMatchObject({ enabled: false })
  await client.updateSecretProperties('key', properties.version!, { enabled: true })
  expect((await client.getSecret('key')).value).toBe('one')
  await client.updateSecretProperties('key', properties.version!, { enabled: false })
  await deleteNow(client, 'key')
  expect(await failure(client.getDeletedSecret('key'))).toEqual(disabled)
})

test('nbf and exp inform only: a secret outside of them is readable', async () => {
  await using vault = await startKeyVault({ now: () => NOON })
  const client = clientOf(vault)
  await client.setSecret('early', 'a', { notBefore: new Date('2027-01-01T00:00:00Z') })
  await client.setSecret('late', 'b', { expiresOn: new Date('2025-01-01T00:00:00Z') })
  expect((await client.getSecret('early')).value).toBe('a')
  expect((await client.getSecret('late')).value).toBe('b')
})

test('deletes, shows what is deleted, keeps the name, recovers with all versions', async () => {
  await using vault = await startKeyVault({ now: () => NOON })
  const client = clientOf(vault)
  const first = await client.setSecret('key', 'one')
  await client.setSecret('key', 'two')
  const poller = await client.beginDeleteSecret('key', { intervalInMs: 1 })
  const deleted = await poller.pollUntilDone()
  expect(deleted).toMatchObject({
    name: 'key',
    recoveryId: `${vault.url}/deletedsecrets/key`,
    deletedOn: new Date('2026-01-02T12:00:00Z'),
    scheduledPurgeDate: new Date('2026-04-02T12:00:00Z'),
  })
  expect(deleted.value).toBeUndefined()
  expect(await failure(client.getSecret('key'))).toEqual({ status: 404, code: 'SecretNotFound' })
  expect(await names(client.listPropertiesOfSecrets())).toEqual([])
  expect(await names(client.listPropertiesOfSecretVersions('key'))).toEqual([])
  expect(await names(client.listDeletedSecrets())).toEqual(['key'])
  expect(await failure(client.setSecret('key', 'three'))).toEqual({
    status: 409,
    code: 'Conflict',
    inner: 'ObjectIsDeletedButRecoverable',
  })
  expect(await failure(client.beginDeleteSecret('key'))).toEqual({ status: 404, code: 'SecretNotFound' })

  const recovered = await (await client.beginRecoverDeletedSecret('key', { intervalInMs: 1 })).pollUntilDone()
  expect(recovered.name).toBe('key')
  expect((await client.getSecret('key')).value).toBe('two')
  expect((await client.getSecret('key', { version: first.properties.version! })).value).toBe('one')
  expect(await names(client.listDeletedSecrets())).toEqual([])
})

test('purging frees the name; what is not deleted cannot be purged, recovered or shown as deleted', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  await client.setSecret('key', 'one')
  expect(await failure(client.purgeDeletedSecret('key'))).toEqual({ status: 404, code: 'SecretNotFound' })
  await expect(client.getDeletedSecret('key')).rejects.toThrow('Deleted Secret not found: key')
  expect(await failure(client.beginRecoverDeletedSecret('gone'))).toEqual({
    status: 404,
    code: 'SecretNotFound',
  })
  await deleteNow(client, 'key')
  await client.purgeDeletedSecret('key')
  expect(await names(client.listDeletedSecrets())).toEqual([])
  await client.setSecret('key', 'new')
  expect(await Array.fromAsync(client.listPropertiesOfSecretVersions('key'))).toHaveLength(1)
})

test('a deletion and a recovery take a while: a poller can stop and another one go on', async () => {
  await using vault = await startKeyVault({ settlingMs: 400 })
  const client = clientOf(vault)
  await client.setSecret('key', 'one')
  const first = await client.beginDeleteSecret('key', { intervalInMs: 1 })
  expect(first.getOperationState()).toMatchObject({ isStarted: true, result: { name: 'key' } })
  expect(first.getOperationState().isCompleted).toBeFalsy()
  await expect(client.getDeletedSecret('key')).rejects.toThrow('Deleted Secret not found: key')
  const underWay = { status: 409, code: 'Conflict', inner: 'ObjectIsBeingDeleted' }
  expect(await failure(client.purgeDeletedSecret('key'))).toEqual(underWay)
  expect(await failure(client.setSecret('key', 'two'))).toEqual(underWay)
  const resumed = await client.beginDeleteSecret('key', { resumeFrom: first.toString(), intervalInMs: 1 })
  expect((await resumed.pollUntilDone()).name).toBe('key')

  const recovery = await client.beginRecoverDeletedSecret('key', { intervalInMs: 1 })
  expect(recovery.getOperationState().isCompleted).toBeFalsy()
  expect(await failure(client.setSecret('key', 'two'))).toEqual({
    ...underWay,
    inner: 'ObjectIsBeingRecovered',
  })
  expect(await Array.fromAsync(client.listPropertiesOfSecretVersions('key'))).toEqual([])
  await recovery.pollUntilDone()
  expect((await client.getSecret('key')).value).toBe('one')
})

test('outContentType is for certificates, and no secret is one', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  await client.setSecret('key', 'one', { contentType: 'application/x-pkcs12' })
  const asked = client.getSecret('key', { outContentType: 'application/x-pem-file' })
  expect(await failure(asked)).toEqual({ status: 400, code: 'BadParameter' })
})

test('what was deleted is gone when its retention time is over', async () => {
  let now = NOON
  await using vault = await startKeyVault({ now: () => now, retentionDays: 7 })
  const client = clientOf(vault)
  const { properties } = await client.setSecret('key', 'one')
  expect(properties).toMatchObject({ recoveryLevel: 'CustomizedRecoverable+Purgeable', recoverableDays: 7 })
  await deleteNow(client, 'key')
  now += 7 * 86_400_000 - 1000
  const later = clientOf(vault) // the first one's token is too old by now
  expect(await names(later.listDeletedSecrets())).toEqual(['key'])
  now += 1000
  expect(await names(later.listDeletedSecrets())).toEqual([])
  expect((await later.setSecret('key', 'two')).value).toBe('two')
})

test('lists 60 secrets and 30 versions page by page', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  const all = Array.from({ length: 60 }, (_, at) => `secret-${String(at).padStart(2, '0')}`)
  await Promise.all(all.map((name) => client.setSecret(name, name)))
  const sizes = []
  const listed = []
  for await (const page of client.listPropertiesOfSecrets().byPage()) {
    sizes.push(page.length)
    listed.push(...page.map(({ name }) => name))
  }
  expect(sizes).toEqual([25, 25, 10])
  expect(listed).toEqual(all)
  const small = await Array.fromAsync(client.listPropertiesOfSecrets().byPage({ maxPageSize: 20 }))
  expect(small.map((page) => page.length)).toEqual([20, 20, 20])
  for (let at = 0; at < 29; at++) await client.setSecret('secret-00', String(at))
  const versions = await Array.fromAsync(client.listPropertiesOfSecretVersions('secret-00').byPage())
  expect(versions.map((page) => page.length)).toEqual([25, 5])
  expect(new Set(versions.flat().map(({ version }) => version)).size).toBe(30)
})

test('deleted secrets are listed page by page as well', async () => {
  await using vault = await startKeyVault()
  const client = clientOf(vault)
  for (const name of ['a', 'b', 'c', 'kept']) await client.setSecret(name, name)
  for (const name of ['c', 'b', 'a']) await deleteNow(client, name)
  const pages = await Array.fromAsync(client.listDeletedSecrets().byPage({ maxPageSize: 2 }))
  expect(pages.map((page) => page.map(({ name }) => name))).toEqual([['a', 'b'], ['c']])
  expect(pages[0]?.[0]?.recoveryId).toBe(`${vault.url}/deletedsecrets/a`)
})

test('a backup restores all versions, into another vault too, but over nothing', async () => {
  await using vault = await startKeyVault()
  await using other = await startKeyVault()
  const client = clientOf(vault)
  const first = await client.setSecret('key', 'one', { tags: { a: 'b' } })
  const second = await client.setSecret('key', 'two')
  const backup = await client.backupSecret('key')
  expect(backup).toBeInstanceOf(Uint8Array)
  expect(await failure(client.restoreSecretBackup(backup!))).toMatchObject({ status: 409, code: 'Conflict' })
  const elsewhere = clientOf(other)
  expect(await elsewhere.restoreSecretBackup(backup!)).toMatchObject({
    name: 'key',
    version: second.properties.version,
  })
  expect((await elsewhere.getSecret('key')).value).toBe('two')
  expect(await elsewhere.getSecret('key', { version: first.properties.version! })).toMatchObject({
    value: 'one',
    properties: { tags: { a: 'b' } },
  })
  await deleteNow(client, 'key')
  expect(await failure(client.restoreSecretBackup(backup!))).toMatchObject({
    status: 409,
    inner: 'ObjectIsDeletedButRecoverable',
  })
  expect(await failure(client.backupSecret('key'))).toEqual({ status: 404, code: 'SecretNotFound' })
  await expect(client.restoreSecretBackup(new Uint8Array(4728))).rejects.toThrow(
    'Backup blob contains invalid or corrupt version.',
  )
})
