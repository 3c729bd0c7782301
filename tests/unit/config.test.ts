import { feedPollDelayMs, readConfig, standsBy } from '../../shared/config.ts'

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
  WEB_PUBSUB_EVENTS_AUDIENCE: 'api://events',
  WEB_PUBSUB_EVENTS_SENDER: 'web-pubsub',
  AZURE_TENANT_ID: 'tenant',
  AzureWebJobsStorage__queueServiceUri: 'https://a.queue.core.windows.net/',
  AzureWebJobsStorage__blobServiceUri: 'https://a.blob.core.windows.net/',
  AZURE_CLIENT_ID: 'client',
  SIGNING_KEYS: LOCAL.SIGNING_KEYS,
}

test('connection strings, as emulators have them; the rest has defaults', () => {
  expect(readConfig(LOCAL)).toEqual({
    cosmos: { connectionString: 'AccountEndpoint=http://localhost:8081/;AccountKey=abc==;' },
    database: 'parley',
    regions: [],
    webPubSub: { connectionString: LOCAL.WebPubSub, accessKeys: ['first', 'second'] },
    hub: 'chat',
    events: undefined,
    queueEndpoint: 'http://localhost:10001/a',
    media: { connectionString: LOCAL.AzureWebJobsStorage },
    managedIdentityClientId: undefined,
    keyVault: undefined,
    signingKeys: { keys: [KEY] },
    issuer: 'parley',
    bots: [],
    gemini: { apiKey: undefined, baseUrl: undefined },
    openai: { apiKey: undefined, baseUrl: undefined },
    azureOpenAi: { endpoint: undefined, apiKey: undefined, apiVersion: '2024-10-21' },
    firstTokenMs: 20_000,
    httpTools: [],
    toolNetworks: [],
    moderationPatterns: [],
    quotas: {},
    repairAfterMs: 3_000,
    attachmentLimits: { image: 20_971_520, video: 209_715_200, audio: 52_428_800, file: 104_857_600 },
    uploadMaxAgeMs: 86_400_000,
    admins: [],
    rates: {
      changes: { perSecond: 100, burst: 1_000 },
      searches: { perSecond: 5, burst: 50 },
      syncs: { perSecond: 2, burst: 200 },
    },
    jobLeaseMs: 60_000,
    rescueAfterMs: 20_000,
  })
})

test('addresses without keys, as in Azure', () => {
  expect(readConfig(AZURE)).toMatchObject({
    cosmos: { endpoint: 'https://a.documents.azure.com/' },
    webPubSub: { endpoint: 'https://a.webpubsub.azure.com' },
    events: {
      audience: 'api://events',
      sender: 'web-pubsub',
      tenantId: 'tenant',
      authority: 'https://login.microsoftonline.com',
    },
    queueEndpoint: 'https://a.queue.core.windows.net/',
    media: { endpoint: 'https://a.blob.core.windows.net/' },
    managedIdentityClientId: 'client',
  })
})

test('larger or smaller attachments, a type at a time', () => {
  const read = (limits: string) => readConfig({ ...LOCAL, ATTACHMENT_LIMITS: limits }).attachmentLimits
  expect(read('{"image":1000}')).toEqual({
    image: 1_000,
    video: 209_715_200,
    audio: 52_428_800,
    file: 104_857_600,
  })
  expect(() => read('{"picture":1}')).toThrow('ATTACHMENT_LIMITS')
  expect(() => read('{"image":0}')).toThrow('ATTACHMENT_LIMITS')
})

test('what bots are not asked, and how much they may use', () => {
  const read = (more: Record<string, string>) => readConfig({ ...LOCAL, ...more })
  const { moderationPatterns, quotas } = read({
    MODERATION_PATTERNS: '["bom(b|be)"]',
    BOT_QUOTAS: '{"userTokensPerDay":100000}',
  })
  expect(moderationPatterns).toEqual([/bom(b|be)/iu])
  expect(quotas).toEqual({ userTokensPerDay: 100_000 })
  expect(() => read({ MODERATION_PATTERNS: '["("]' })).toThrow('MODERATION_PATTERNS')
  expect(() => read({ BOT_QUOTAS: '{"userTokensPerDay":0}' })).toThrow('BOT_QUOTAS')
  expect(() => read({ BOT_QUOTAS: '{"tokens":1}' })).toThrow('BOT_QUOTAS')
})

test('tools are of allowed hosts, and bots name tools that there are', () => {
  const tool = {
    name: 'weather',
    description: 'The weather',
    parameters: { type: 'object' },
    url: 'https://api.test/w',
  }
  const read = (more: Record<string, string>) =>
    readConfig({ ...LOCAL, BOT_TOOLS: JSON.stringify([tool]), ...more })
  expect(read({ BOT_TOOL_HOSTS: 'api.test, b.test', BOT_TOOL_NETWORKS: '10.1.0.0/16' })).toMatchObject({
    httpTools: [{ ...tool, method: 'POST' }],
    toolNetworks: ['10.1.0.0/16'],
  })
  expect(() => read({ BOT_TOOL_HOSTS: 'b.test' })).toThrow(
    'BOT_TOOL_HOSTS does not allow the host of weather',
  )
  const bots = JSON.stringify([
    { botId: 'b', displayName: 'B', provider: 'gemini', model: 'm', tools: ['current_time', 'wether'] },
  ])
  expect(() => read({ BOT_TOOL_HOSTS: 'api.test', BOTS: bots })).toThrow('BOTS names the tool wether')
})

test('a vault for secrets takes the place of keys in the settings', () => {
  const vault = { KEY_VAULT_URI: 'https://a.vault.azure.net' }
  expect(readConfig({ ...LOCAL, ...vault, SIGNING_KEYS: undefined })).toMatchObject({
    keyVault: { uri: 'https://a.vault.azure.net', refreshMs: 300_000 },
    signingKeys: undefined,
  })
  expect(readConfig({ ...LOCAL, ...vault, SECRETS_REFRESH_MS: '1000' })).toMatchObject({
    keyVault: { refreshMs: 1_000 },
    signingKeys: { keys: [KEY] },
  })
})

test('where models answer, and how long each may take to its first token', () => {
  const config = readConfig({
    ...LOCAL,
    GEMINI_API_KEY: 'g',
    GEMINI_BASE_URL: 'http://localhost:1',
    OPENAI_API_KEY: 'o',
    OPENAI_BASE_URL: 'http://localhost:2/v1',
    AZURE_OPENAI_ENDPOINT: 'https://a.openai.azure.com',
    AZURE_OPENAI_API_KEY: 'a',
    AZURE_OPENAI_API_VERSION: '2025-01-01-preview',
    FIRST_TOKEN_MS: '5000',
  })
  expect(config).toMatchObject({
    gemini: { apiKey: 'g', baseUrl: 'http://localhost:1' },
    openai: { apiKey: 'o', baseUrl: 'http://localhost:2/v1' },
    azureOpenAi: { endpoint: 'https://a.openai.azure.com', apiKey: 'a', apiVersion: '2025-01-01-preview' },
    firstTokenMs: 5_000,
  })
})

test('what a template leaves empty is not set', () => {
  const empty = {
    KEY_VAULT_URI: '',
    GEMINI_API_KEY: '',
    GEMINI_BASE_URL: '',
    OPENAI_API_KEY: '',
    OPENAI_BASE_URL: '',
    AZURE_OPENAI_ENDPOINT: '',
    AZURE_OPENAI_API_KEY: '',
  }
  expect(readConfig({ ...LOCAL, ...empty })).toEqual(readConfig(LOCAL))
  expect(() => readConfig({ ...LOCAL, ...empty, SIGNING_KEYS: undefined })).toThrow(
    'SIGNING_KEYS or KEY_VAULT_URI is missing',
  )
})

test('a bot has several models in their order, or one', () => {
  const models = [
    { provider: 'azure-openai', model: 'chat' },
    { provider: 'gemini', model: 'gemini-2.5-flash' },
  ]
  const several = {
    botId: 'b1',
    displayName: 'Several',
    models,
    temperature: 0.2,
    contextTokens: 8_000,
    replyTokens: 500,
  }
  const one = {
    botId: 'b2',
    displayName: 'One',
    provider: 'openai',
    model: 'gpt-4.1',
    systemPrompt: 'Be brief.',
  }
  expect(readConfig({ ...LOCAL, BOTS: JSON.stringify([several, one]) }).bots).toEqual([
    several,
    {
      botId: 'b2',
      displayName: 'One',
      systemPrompt: 'Be brief.',
      models: [{ provider: 'openai', model: 'gpt-4.1' }],
    },
  ])
})

test('who administrates, and how often one person may do something', () => {
  const set = { ADMINS: 'Ada, bob\ncy', RATE_PER_SECOND: '0', RATE_BURST: '5', SYNC_RATE_BURST: '7' }
  expect(readConfig({ ...LOCAL, ...set })).toMatchObject({
    admins: ['ada', 'bob', 'cy'],
    rates: {
      changes: { perSecond: 0, burst: 5 },
      searches: { perSecond: 5, burst: 50 },
      syncs: { perSecond: 2, burst: 7 },
    },
  })
})

test('what else may be set', () => {
  const config = readConfig({
    ...LOCAL,
    COSMOS_DATABASE: 'other',
    COSMOS_REGIONS: 'northeurope,westeurope',
    WEB_PUBSUB_HUB: 'talk',
    ISSUER: 'https://parley.example',
    REPAIR_AFTER_MS: '250',
  })
  expect(config).toMatchObject({
    database: 'other',
    regions: ['northeurope', 'westeurope'],
    hub: 'talk',
    issuer: 'https://parley.example',
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
  ['BOTS', '[{"botId":"b1","displayName":"B","provider":"gemini"}]'],
  ['BOTS', '[{"botId":"b1","displayName":"B","models":[]}]'],
  ['BOTS', '[{"botId":"b1","displayName":"B","models":[{"provider":"gemini"}]}]'],
  ['BOTS', '[{"botId":"b1","displayName":"B","models":[{"provider":"gemini","model":"m"}],"model":"m"}]'],
  ['BOTS', '[{"botId":"b1","displayName":"B","provider":"gemini","model":"m","temperature":3}]'],
  ['KEY_VAULT_URI', 'a.vault.azure.net'],
  ['KEY_VAULT_URI', 'http://a.vault.azure.net'],
  ['SECRETS_REFRESH_MS', '5 minutes'],
  ['FIRST_TOKEN_MS', '-1'],
  ['REPAIR_AFTER_MS', 'soon'],
  ['RATE_PER_SECOND', '1.5'],
  ['RATE_BURST', '0'],
  ['SEARCH_RATE_PER_SECOND', '-1'],
  ['SYNC_RATE_BURST', '0'],
  ['REPAIR_AFTER_MS', '-1'],
  ['REPAIR_AFTER_MS', '0.5'],
])('%s = %p is refused by name', (name, value) => {
  expect(() => readConfig({ ...LOCAL, [name]: value })).toThrow(name)
})

test.each(['WEB_PUBSUB_EVENTS_AUDIENCE', 'WEB_PUBSUB_EVENTS_SENDER', 'AZURE_TENANT_ID'])(
  'without keys of Web PubSub %s is needed: nobody could prove to bring its events',
  (name) => {
    expect(() => readConfig({ ...AZURE, [name]: undefined })).toThrow(name)
  },
)

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

test.each([
  [undefined, false],
  ['', false],
  ['false', false],
  ['true', true],
])('STANDBY = %p: stands by is %p', (value, expected) => {
  expect(standsBy({ STANDBY: value })).toBe(expected)
})
