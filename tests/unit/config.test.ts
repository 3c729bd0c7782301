import { feedPollDelayMs, readConfig } from '../../shared/config.ts'

const KEY = { kid: 'k1', kty: 'EC', alg: 'ES256', crv: 'P-256', x: 'x', y: 'y', d: 'd' }
const LOCAL = {
  Cosmos: 'AccountEndpoint=http://localhost:8081/;AccountKey=abc==;',
  WebPubSub: 'Endpoint=http://localhost:8082;AccessKey=first;AccessKey=second;Version=1.0;',
  AzureWebJobsStorage: 'AccountName=a;AccountKey=b==;QueueEndpoint=http://localhost:10001/a;',
  SIGNING_KEYS: JSON.stringify({ keys: [KEY] }),
}
const AZURE = {
  Cosmos__accountEndpoint: 'https://a.documents.azure.com/',
  WebPubSub__serviceUri: 'https://a.webpubsub.azure.com',
  AzureWebJobsStorage__queueServiceUri: 'https://a.queue.core.windows.net/',
  AZURE_CLIENT_ID: 'client',
  SIGNING_KEYS: LOCAL.SIGNING_KEYS,
}

test('connection strings, as emulators have them; the rest has defaults', () => {
  expect(readConfig(LOCAL)).toEqual({
    cosmos: { connectionString: 'AccountEndpoint=http://localhost:8081/;AccountKey=abc==;' },
    database: 'parley',
    webPubSub: { connectionString: LOCAL.WebPubSub, accessKeys: ['first', 'second'] },
    hub: 'chat',
    queueEndpoint: 'http://localhost:10001/a',
    managedIdentityClientId: undefined,
    signingKeys: { keys: [KEY] },
    issuer: 'parley',
    bots: [],
    gemini: undefined,
    repairAfterMs: 3_000,
  })
})

test('addresses without keys, as in Azure', () => {
  expect(readConfig(AZURE)).toMatchObject({
    cosmos: { endpoint: 'https://a.documents.azure.com/' },
    webPubSub: { endpoint: 'https://a.webpubsub.azure.com' },
    queueEndpoint: 'https://a.queue.core.windows.net/',
    managedIdentityClientId: 'client',
  })
})

test('bots, their provider, and what else may be set', () => {
  const bot = { botId: 'b1', displayName: 'Bot', provider: 'gemini', model: 'm', systemPrompt: 'Be brief.' }
  const config = readConfig({
    ...LOCAL,
    COSMOS_DATABASE: 'other',
    WEB_PUBSUB_HUB: 'talk',
    ISSUER: 'https://parley.example',
    BOTS: JSON.stringify([bot]),
    GEMINI_API_KEY: 'key',
    REPAIR_AFTER_MS: '250',
  })
  expect(config).toMatchObject({
    database: 'other',
    hub: 'talk',
    issuer: 'https://parley.example',
    bots: [bot],
    gemini: { apiKey: 'key', baseUrl: undefined },
    repairAfterMs: 250,
  })
})

test.each(['Cosmos', 'WebPubSub', 'SIGNING_KEYS'])(
  'without %s there is no app, and the error names it',
  (name) => {
    expect(() => readConfig({ ...LOCAL, [name]: undefined })).toThrow(name)
  },
)

test.each([
  ['Cosmos', ''],
  ['WebPubSub', ''],
  ['COSMOS_DATABASE', ''],
  ['WEB_PUBSUB_HUB', ''],
  ['ISSUER', ''],
  ['SIGNING_KEYS', ''],
  ['SIGNING_KEYS', 'not json'],
  ['SIGNING_KEYS', '[]'],
  ['SIGNING_KEYS', '{"keys":[]}'],
  ['SIGNING_KEYS', '{"keys":[{"kty":"EC","alg":"ES256"}]}'],
  ['BOTS', 'not json'],
  ['BOTS', '{}'],
  ['BOTS', '[{"botId":"b1"}]'],
  ['BOTS', '[{"botId":"b 1","displayName":"B","provider":"gemini","model":"m"}]'],
  ['BOTS', '[{"botId":"b1","displayName":"B","provider":"oracle","model":"m"}]'],
  ['BOTS', '[{"botId":"b1","displayName":"B","provider":"gemini","model":"m","prompt":"x"}]'],
  ['REPAIR_AFTER_MS', 'soon'],
  ['REPAIR_AFTER_MS', '-1'],
  ['REPAIR_AFTER_MS', '0.5'],
])('%s = %p is refused by name', (name, value) => {
  expect(() => readConfig({ ...LOCAL, [name]: value })).toThrow(name)
})

test('every fault is named at once', () => {
  const faults = () => readConfig({ BOTS: 'x', REPAIR_AFTER_MS: '' })
  for (const name of ['Cosmos', 'WebPubSub', 'SIGNING_KEYS', 'BOTS', 'REPAIR_AFTER_MS'])
    expect(faults).toThrow(name)
})

test.each([
  ['WebPubSub', 'Endpoint=http://localhost:8082;Version=1.0;'],
  ['Cosmos', 'AccountKey=abc==;'],
  ['SIGNING_KEYS', '{"keys":[{"kid":"k","kty":"oct","alg":"HS256","k":"c2VjcmV0","d":"d"}]}'],
  ['SIGNING_KEYS', '{"keys":[{"kid":"k","kty":"EC","alg":"ES256","crv":"P-256","x":"x","y":"y"}]}'],
])('%s without what signs or connects is refused: %p', (name, value) => {
  expect(() => readConfig({ ...LOCAL, [name]: value })).toThrow(name)
})

test('the error never repeats a key', () => {
  const broken = { ...LOCAL, SIGNING_KEYS: '{"keys":[{"kty":"EC","alg":"ES256","d":"hunter2"}]}' }
  expect(() => readConfig(broken)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
  )
})

test.each([
  [undefined, 1_000],
  ['50', 50],
  ['10', 10],
  ['9', 1_000],
  ['soon', 1_000],
  ['1.5', 1_000],
])('FEED_POLL_DELAY_MS = %p means %i ms', (value, expected) => {
  expect(feedPollDelayMs({ FEED_POLL_DELAY_MS: value })).toBe(expected)
})
