// Client-side encryption by the SDK: its keys and policies are kept here, and what is encrypted is seen by nobody else.
import {
  CosmosClient,
  EncryptionAlgorithm,
  EncryptionQueryBuilder,
  EncryptionType,
  KeyEncryptionAlgorithm,
} from '@azure/cosmos'
import { type EmulatorAccount, startEmulator, statusOf } from './start.ts'

/** Wraps a key by turning its bits over. */
const flip = async (_: string, __: string, key: Uint8Array) => key.map((byte) => byte ^ 0xff)
const WRAP = {
  type: 'MSSQL_CERTIFICATE_STORE',
  name: 'wrap',
  value: 'one',
  algorithm: KeyEncryptionAlgorithm.RSA_OAEP,
}

let account: EmulatorAccount
let client: CosmosClient
beforeAll(async () => {
  account = await startEmulator()
  client = new CosmosClient({
    endpoint: account.cosmos.url,
    key: account.cosmos.key,
    connectionPolicy: { enableBackgroundEndpointRefreshing: false },
    clientEncryptionOptions: {
      keyEncryptionKeyResolver: { encryptionKeyResolverName: WRAP.type, wrapKey: flip, unwrapKey: flip },
      encryptionKeyTimeToLiveInSeconds: 0,
    } as never,
  })
})
afterAll(async () => {
  client.dispose()
  await account[Symbol.asyncDispose]()
})

test('encrypted by one client, unreadable for another, found by its value', async () => {
  const database = client.database('db')
  const algorithm = EncryptionAlgorithm.AEAD_AES_256_CBC_HMAC_SHA256
  const create = () => database.createClientEncryptionKey('key', algorithm, WRAP as never)
  expect((await create()).resource).toMatchObject({ id: 'key', keyWrapMetadata: { value: 'one' } })
  expect(await statusOf(create())).toBe(409)
  const path = {
    path: '/secret',
    clientEncryptionKeyId: 'key',
    encryptionType: EncryptionType.DETERMINISTIC,
    encryptionAlgorithm: algorithm,
  }
  const { container } = await database.containers.create({
    id: 'c',
    partitionKey: '/pk',
    clientEncryptionPolicy: { includedPaths: [path], policyFormatVersion: 1 },
  })
  await container.items.create({ id: 'a', pk: 'p', secret: 'open sesame' })
  expect((await container.item('a', 'p').read()).resource.secret).toBe('open sesame')
  const stored = await account.database.container('c').item('a', 'p').read()
  expect(stored.resource.secret).toMatch(/^[\w+/]{80,}=*$/)
  const query = new EncryptionQueryBuilder('SELECT VALUE c.id FROM c WHERE c.secret = @secret')
  query.addParameter('@secret', 'open sesame', '/secret')
  const iterator = await container.items.getEncryptionQueryIterator(query)
  expect((await iterator.fetchAll()).resources).toEqual(['a'])

  // The key wrapped anew, and the container made anew behind the client's back.
  await database.rewrapClientEncryptionKey('key', { ...WRAP, value: 'two' } as never)
  expect((await container.item('a', 'p').read()).resource.secret).toBe('open sesame')
  const { resource } = await account.database.container('c').read()
  await account.database.container('c').delete()
  const { clientEncryptionPolicy, partitionKey } = resource!
  await account.database.containers.create({
    id: 'c',
    partitionKey: partitionKey!,
    clientEncryptionPolicy: clientEncryptionPolicy!,
  })
  await expect(container.items.create({ id: 'b', pk: 'p', secret: 'x' })).rejects.toThrow('does not match')
  expect((await container.items.create({ id: 'b', pk: 'p', secret: 'x' })).statusCode).toBe(201)
  expect(
    await statusOf(account.database.container('c').replace({ id: 'c', partitionKey: partitionKey! })),
  ).toBe(400)
})
