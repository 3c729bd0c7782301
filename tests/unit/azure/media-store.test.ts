// Addresses of blobs, signed with a key of the account (emulators) or with one lent to the app's identity (Azure).
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMediaStore } from '../../../shared/azure/media-store.ts'

const NOW = Date.parse('2026-03-01T10:00:00.000Z')
const HOUR = 3_600_000
const picture = {
  chatId: 'c1',
  attachmentId: 'a1',
  uploaderId: 'ada',
  name: 'p.png',
  contentType: 'image/png',
  size: 9,
  createdAt: '2026-03-01T10:00:00.000Z',
}
const KEY_XML = `<?xml version="1.0" encoding="utf-8"?><UserDelegationKey>
  <SignedOid>11111111-1111-1111-1111-111111111111</SignedOid>
  <SignedTid>22222222-2222-2222-2222-222222222222</SignedTid>
  <SignedStart>2026-03-01T09:55:00Z</SignedStart><SignedExpiry>2026-03-01T16:00:00Z</SignedExpiry>
  <SignedService>b</SignedService><SignedVersion>2023-11-03</SignedVersion><Value>c2VjcmV0</Value>
</UserDelegationKey>`

/** A storage that lends keys, or does not. */
async function lender() {
  const asked: { url: string; authorization: string; body: string }[] = []
  const state = { status: 200, now: NOW, asked }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ url: request.url!, authorization: request.headers.authorization ?? '', body })
    response.writeHead(state.status).end(state.status === 200 ? KEY_XML : '<Error/>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const credential = { getToken: async () => ({ token: 'entra', expiresOnTimestamp: 0 }) }
  const store = createMediaStore({ endpoint, credential }, () => state.now)
  const close = () => new Promise((resolve) => server.close(resolve))
  return { state, endpoint, store, [Symbol.asyncDispose]: async () => void (await close()) }
}

const parts = (url: string): Record<string, string> => Object.fromEntries(new URL(url).searchParams)

test('by identity: the address is signed with a key that the storage lends, and lends once for hours', async () => {
  await using it = await lender()
  const { store, state, endpoint } = it
  const { url, headers, expiresAt } = await store.uploadUrl(picture)
  expect(url).toContain(`${endpoint}media/c1/a1?`)
  expect(headers).toEqual({ 'x-ms-blob-type': 'BlockBlob', 'content-type': 'image/png' })
  expect(expiresAt).toBe('2026-03-01T10:15:00.000Z')
  expect(parts(url)).toMatchObject({
    sv: '2023-11-03',
    sp: 'c',
    sr: 'b',
    se: '2026-03-01T10:15:00Z',
    skoid: '11111111-1111-1111-1111-111111111111',
    sktid: '22222222-2222-2222-2222-222222222222',
    ske: '2026-03-01T16:00:00Z',
    sks: 'b',
  })
  await Promise.all([store.uploadUrl(picture), store.uploadUrl(picture)])
  state.now += 4.9 * HOUR
  await store.uploadUrl(picture)
  expect(state.asked).toHaveLength(1)
  expect(state.asked[0]).toEqual({
    url: '/?restype=service&comp=userdelegationkey',
    authorization: 'Bearer entra',
    body: '<?xml version="1.0" encoding="utf-8"?><KeyInfo><Start>2026-03-01T09:55:00Z</Start><Expiry>2026-03-01T16:00:00Z</Expiry></KeyInfo>',
  })
  state.now += 0.2 * HOUR
  await store.uploadUrl(picture)
  expect(state.asked).toHaveLength(2)
})

test('a key that could not be had is asked for again', async () => {
  await using it = await lender()
  it.state.status = 503
  await expect(it.store.uploadUrl(picture)).rejects.toMatchObject({ code: 'unavailable' })
  it.state.status = 200
  expect(parts((await it.store.uploadUrl(picture)).url)).toMatchObject({ sp: 'c' })
})

test('a read address says how the bytes are served, for five minutes', async () => {
  await using it = await lender()
  const served = { contentType: 'application/octet-stream', disposition: 'attachment; filename="a"' }
  const { url, expiresAt } = await it.store.readUrl(picture, served)
  expect(expiresAt).toBe('2026-03-01T10:05:00.000Z')
  expect(parts(url)).toMatchObject({
    sp: 'r',
    rsct: 'application/octet-stream',
    rscd: 'attachment; filename="a"',
  })
})

test('by key: the account and its addresses are those of the connection string', async () => {
  const azure =
    'DefaultEndpointsProtocol=https;AccountName=parley;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net'
  const { url } = await createMediaStore({ connectionString: azure }, () => NOW).uploadUrl(picture)
  expect(url).toMatch(/^https:\/\/parley\.blob\.core\.windows\.net\/media\/c1\/a1\?/)
  expect(parts(url)).toMatchObject({ spr: 'https', sp: 'c', se: '2026-03-01T10:15:00Z' })
})

test('a storage that does not answer is unavailable', async () => {
  const gone = 'AccountName=a;AccountKey=c2VjcmV0;BlobEndpoint=http://127.0.0.1:1/a;'
  const store = createMediaStore({ connectionString: gone })
  await expect(store.inspect('c1', 'a1', 0)).rejects.toMatchObject({ code: 'unavailable' })
  await expect(store.remove('c1', 'a1')).rejects.toMatchObject({ code: 'unavailable' })
})
