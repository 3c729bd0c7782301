import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appSettings, isReplaced, readOwnSettings } from '../settings.ts'

const STACK = {
  api: 'http://127.0.0.1:1/api',
  webPubSub: 'Endpoint=http://127.0.0.1;AccessKey=k;Version=1.0;',
  cosmos: 'AccountEndpoint=http://127.0.0.1:2;AccountKey=k;',
  storage: 'DefaultEndpointsProtocol=http;',
  ai: 'http://127.0.0.1:3',
  keys: { KEY_VAULT_URI: 'https://127.0.0.1:4' },
}

async function own(content: string) {
  const folder = await mkdtemp(join(tmpdir(), 'settings-'))
  const file = join(folder, 'local.settings.json')
  await writeFile(file, content)
  try {
    return await readOwnSettings(file)
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('without settings of its own the app is pointed at the stack', async () => {
  const none = await readOwnSettings('/there/is/no/such/file.json')
  expect(appSettings(STACK, none)).toMatchObject({
    Cosmos: 'AccountEndpoint=http://127.0.0.1:2;AccountKey=k;',
    AzureWebJobsStorage: 'DefaultEndpointsProtocol=http;',
    KEY_VAULT_URI: 'https://127.0.0.1:4',
    ISSUER: 'http://127.0.0.1:1/api',
    GEMINI_API_KEY: 'local',
    GEMINI_BASE_URL: 'http://127.0.0.1:3',
    OPENAI_API_KEY: 'local',
    OPENAI_BASE_URL: 'http://127.0.0.1:3/v1',
    AZURE_OPENAI_API_KEY: 'local',
    AZURE_OPENAI_ENDPOINT: 'http://127.0.0.1:3',
    FEED_POLL_DELAY_MS: '100',
    RATE_PER_SECOND: '0',
    SEARCH_RATE_PER_SECOND: '0',
    SYNC_RATE_PER_SECOND: '0',
  })
})

test('a real key goes to the real service', async () => {
  const settings = appSettings(
    STACK,
    await own('{"Values":{"GEMINI_API_KEY":"real","OPENAI_API_KEY":"true"}}'),
  )
  expect([settings.GEMINI_API_KEY, settings.OPENAI_API_KEY]).toEqual(['real', 'true'])
  expect(settings).not.toHaveProperty('GEMINI_BASE_URL')
  expect(settings).not.toHaveProperty('OPENAI_BASE_URL')
})

test('a resource of Azure OpenAI is shown its own key, or the identity', async () => {
  const settings = appSettings(STACK, await own('{"Values":{"AZURE_OPENAI_ENDPOINT":"https://a.test"}}'))
  expect(settings.AZURE_OPENAI_ENDPOINT).toBe('https://a.test')
  expect(settings).not.toHaveProperty('AZURE_OPENAI_API_KEY')
})

test('another emulator takes the place of ours; an empty value or "the local storage" does not', async () => {
  const other = await own(
    '{"Values":{"Cosmos":"AccountEndpoint=https://localhost:8081;AccountKey=x;","WebPubSub":"","AzureWebJobsStorage":"UseDevelopmentStorage=true"},"Host":{"CORS":"http://localhost:5173"}}',
  )
  expect([
    isReplaced(other, 'Cosmos'),
    isReplaced(other, 'WebPubSub'),
    isReplaced(other, 'AzureWebJobsStorage'),
  ]).toEqual([true, false, false])
  const settings = appSettings(STACK, other)
  expect(settings.Cosmos).toBe('AccountEndpoint=https://localhost:8081;AccountKey=x;')
  expect(settings.WebPubSub).toBe('Endpoint=http://127.0.0.1;AccessKey=k;Version=1.0;')
  expect(settings.AzureWebJobsStorage).toBe('DefaultEndpointsProtocol=http;')
  expect(other.cors).toBe('http://localhost:5173')
})

test.each([
  ['{', 'is not JSON'],
  ['{"Values":{"BOTS":[]}}', 'expected string'],
])('says what is wrong with %s', async (content, message) => {
  await expect(own(content)).rejects.toThrow(message)
})
