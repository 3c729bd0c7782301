// What holds of the emulator and of the real service alike, through `@azure/keyvault-secrets`.
import type { RestError } from '@azure/core-rest-pipeline'
import type { SecretClient } from '@azure/keyvault-secrets'
import { REAL_SERVICE_GIVEN, type Target, targets } from './target.ts'

if (REAL_SERVICE_GIVEN) jest.setTimeout(180_000)

async function failure(call: Promise<unknown>): Promise<{ status: unknown; code: unknown; inner: unknown }> {
  const error = await call.then(
    () => undefined,
    (thrown: RestError & { details?: { error?: { innerError?: { code?: string } } } }) => thrown,
  )
  return { status: error?.statusCode, code: error?.code, inner: error?.details?.error?.innerError?.code }
}

const NOT_FOUND = { status: 404, code: 'SecretNotFound', inner: undefined }
const has = async (pages: AsyncIterable<{ name: string }>, name: string): Promise<boolean> =>
  (await Array.fromAsync(pages)).some((one) => one.name === name)

describe.each(targets)('$name', ({ start }) => {
  let target: Target
  let client: SecretClient
  beforeAll(async () => {
    target = await start()
    client = target.client
  })
  afterAll(() => target[Symbol.asyncDispose]())
  const deleteNow = async (name: string) =>
    (await client.beginDeleteSecret(name, { intervalInMs: target.intervalInMs })).pollUntilDone()

  test('a secret comes back with its properties', async () => {
    const name = target.unique('whole')
    const set = await client.setSecret(name, 'pässword', {
      contentType: 'text/plain',
      tags: { owner: 'ops' },
      expiresOn: new Date('2035-01-01T00:00:00Z'),
    })
    const got = await client.getSecret(name)
    expect(got).toMatchObject({ name, value: 'pässword' })
    expect(got.properties).toEqual(set.properties)
    expect(got.properties).toMatchObject({
      contentType: 'text/plain',
      tags: { owner: 'ops' },
      enabled: true,
      expiresOn: new Date('2035-01-01T00:00:00Z'),
      recoverableDays: expect.any(Number),
    })
    expect(got.properties.version).toMatch(/^[0-9a-f]{32}$/)
  })

  test('setting it again makes a version; the older one stays readable; case does not count', async () => {
    const name = target.unique('key')
    const first = await client.setSecret(name, 'one')
    const second = await client.setSecret(name, 'two')
    expect((await client.getSecret(name.toUpperCase())).value).toBe('two')
    expect((await client.getSecret(name, { version: first.properties.version! })).value).toBe('one')
    const versions = await Array.fromAsync(client.listPropertiesOfSecretVersions(name))
    expect(versions.map(({ version }) => version).sort()).toEqual(
      [first.properties.version, second.properties.version].sort(),
    )
  })

  test('a missing secret or version is not found', async () => {
    const name = target.unique('here')
    await client.setSecret(name, 'one')
    expect(await failure(client.getSecret(target.unique('nothing')))).toEqual(NOT_FOUND)
    const version = '0123456789abcdef0123456789abcdef'
    expect(await failure(client.getSecret(name, { version }))).toEqual(NOT_FOUND)
  })

  test('a disabled secret is not readable, but can be enabled again', async () => {
    const name = target.unique('disabled')
    const { properties } = await client.setSecret(name, 'one', { enabled: false })
    expect(await failure(client.getSecret(name))).toEqual({
      status: 403,
      code: 'Forbidden',
      inner: 'SecretDisabled',
    })
    await client.updateSecretProperties(name, properties.version!, { enabled: true })
    expect((await client.getSecret(name)).value).toBe('one')
  })

  test('nbf and exp inform only: a secret outside of them is readable', async () => {
    const [early, late] = [target.unique('early'), target.unique('late')]
    await client.setSecret(early, 'a', { notBefore: new Date('2037-01-01T00:00:00Z') })
    await client.setSecret(late, 'b', { expiresOn: new Date('2020-01-01T00:00:00Z') })
    expect((await client.getSecret(early)).value).toBe('a')
    expect((await client.getSecret(late)).value).toBe('b')
  })

  test('a deleted secret keeps its name, and comes back with all versions', async () => {
    const name = target.unique('deleted')
    const first = await client.setSecret(name, 'one')
    await client.setSecret(name, 'two')
    await deleteNow(name)
    expect(await failure(client.getSecret(name))).toEqual(NOT_FOUND)
    expect(await has(client.listPropertiesOfSecrets(), name)).toBe(false)
    expect(await has(client.listDeletedSecrets(), name)).toBe(true)
    expect(await failure(client.setSecret(name, 'three'))).toEqual({
      status: 409,
      code: 'Conflict',
      inner: 'ObjectIsDeletedButRecoverable',
    })
    const { intervalInMs } = target
    await (await client.beginRecoverDeletedSecret(name, { intervalInMs })).pollUntilDone()
    expect((await client.getSecret(name)).value).toBe('two')
    expect((await client.getSecret(name, { version: first.properties.version! })).value).toBe('one')
  })

  test('a backup is not restored over what is there', async () => {
    const name = target.unique('backup')
    await client.setSecret(name, 'one')
    const backup = await client.backupSecret(name)
    expect(await failure(client.restoreSecretBackup(backup!))).toMatchObject({
      status: 409,
      code: 'Conflict',
    })
  })
})
