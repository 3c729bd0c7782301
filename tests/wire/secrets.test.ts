// Keys from Key Vault, by the way that production goes: TLS, the vault's challenge, the app's managed identity.
import { generateKeyPairSync } from 'node:crypto'
import type { SecretClient } from '@azure/keyvault-secrets'
import { startAi } from '../../emulators/ai/server.ts'
import { type KeyVault, startKeyVault } from '../../emulators/key-vault/server.ts'
import { clientOf } from '../../emulators/key-vault/tests/client.ts'
import { call, PASSWORD, type Person } from '../support/person.ts'
import { startWorld } from '../support/world.ts'

function jwkSet(kid: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256' }] })
}

const environment = (vault: KeyVault) => ({ KEY_VAULT_URI: vault.url, ...vault.environment })
const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid

async function published(api: string): Promise<string[]> {
  const { body } = await call(api, 'GET', '.well-known/jwks.json')
  return body.keys.map(({ kid }: { kid: string }) => kid)
}

/** Asks until the answer fits; a test's time limit ends it otherwise. */
async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (fits(answer)) return answer
  }
}

/** What the bot says to a prompt, seen on the socket. */
async function answerTo(person: Person, botId: string): Promise<string> {
  const { body: chat } = await person.call('POST', 'chats', { kind: 'bot', botId })
  await using socket = await person.socket()
  await person.call('POST', `chats/${chat.chatId}/messages`, {
    clientMessageId: 'p1',
    content: { type: 'text', text: 'thanks' },
  })
  await socket.wait(({ type, chatId }) => type === 'run.ended' && chatId === chat.chatId)
  const { body } = await person.call('GET', `chats/${chat.chatId}/messages`)
  return body.messages[1].content.text
}

const BOTS = JSON.stringify([
  { botId: 'gemini', displayName: 'Gemini', provider: 'gemini', model: 'gemini-2.5-flash' },
  { botId: 'openai', displayName: 'OpenAI', provider: 'openai', model: 'gpt-4.1' },
  { botId: 'azure', displayName: 'Azure', provider: 'azure-openai', model: 'chat' },
  {
    botId: 'careful',
    displayName: 'Careful',
    models: [
      { provider: 'openai', model: 'no-such-model' },
      { provider: 'azure-openai', model: 'no-such-deployment' },
      { provider: 'gemini', model: 'gemini-2.5-pro' },
    ],
  },
])

test('bots answer with the keys in the vault, and without a key by the app’s identity', async () => {
  await using vault = await startKeyVault()
  await using ai = await startAi({
    apiKey: 'from-the-vault',
    deployments: { chat: 'gpt-4o' },
    entra: { jwks: vault.identity.jwksUrl, issuer: vault.identity.issuer },
  })
  const secrets = clientOf(vault)
  await secrets.setSecret('gemini-api-key', 'from-the-vault')
  await secrets.setSecret('openai-api-key', 'from-the-vault')
  await secrets.setSecret('signing-keys', jwkSet('vault-1'))
  await using world = await startWorld({
    settings: {
      ...environment(vault),
      BOTS,
      // The settings say otherwise: the vault goes before them.
      GEMINI_API_KEY: 'from-the-settings',
      GEMINI_BASE_URL: ai.url,
      OPENAI_BASE_URL: `${ai.url}/v1`,
      AZURE_OPENAI_ENDPOINT: ai.url,
    },
  })
  const ada = await world.register('ada')
  expect(kidOf(ada.accessToken)).toBe('vault-1')
  for (const botId of ['gemini', 'openai', 'azure', 'careful'])
    expect([botId, await answerTo(ada, botId)]).toEqual([
      botId,
      'You are very welcome. If anything else comes up, just ask.',
    ])
  expect(ai.stats().last?.model).toBe('gemini-2.5-pro')
}, 60_000)

test('signing keys rotate without downtime, on one host after the other', async () => {
  await using vault = await startKeyVault()
  const secrets: SecretClient = clientOf(vault)
  const first = await secrets.setSecret('signing-keys', jwkSet('v1'))
  await using world = await startWorld({ settings: { ...environment(vault), SECRETS_REFRESH_MS: '200' } })
  // This one never looks of its own accord.
  await world.addHost({ SECRETS_REFRESH_MS: '999999999' })
  const [eager, idle] = world.apis as [string, string]
  const ada = await world.register('ada')
  const me = (api: string, token: string) => call(api, 'GET', 'users/me', undefined, token)
  const login = async () => {
    const { body } = await call(eager, 'POST', 'auth/login', { login: ada.handle, password: PASSWORD })
    return body.accessToken as string
  }
  expect(kidOf(ada.accessToken)).toBe('v1')
  expect((await me(idle, ada.accessToken)).status).toBe(200)
  expect(await published(idle)).toEqual(['v1'])

  await secrets.setSecret('signing-keys', jwkSet('v2'))
  const fresh = await until(login, (token) => kidOf(token) === 'v2')
  for (const api of [eager, idle])
    for (const token of [fresh, ada.accessToken]) expect((await me(api, token)).status).toBe(200)
  expect(await published(eager)).toEqual(['v2', 'v1'])
  expect(await published(idle)).toEqual(['v2', 'v1'])

  // A key that has leaked is taken out of use: its version is disabled.
  await secrets.updateSecretProperties('signing-keys', first.properties.version!, { enabled: false })
  await until(
    () => me(eager, ada.accessToken),
    ({ status }) => status === 401,
  )
  expect((await me(eager, fresh)).status).toBe(200)
  expect(await published(eager)).toEqual(['v2'])
}, 60_000)

test('three versions are in use at most, and none whose time is over', async () => {
  await using vault = await startKeyVault({ now: () => Date.now() - 60_000 })
  const secrets = clientOf(vault)
  for (const kid of ['v1', 'v2', 'v3']) await secrets.setSecret('signing-keys', jwkSet(kid))
  await secrets.setSecret('signing-keys', jwkSet('over'), { expiresOn: new Date(Date.now() - 1_000) })
  await secrets.setSecret('signing-keys', jwkSet('v5'))
  await secrets.setSecret('signing-keys', jwkSet('v6'))
  await using world = await startWorld({ settings: environment(vault) })
  const kids = await published(world.apis[0]!)
  expect(kids).toHaveLength(3)
  expect(kids[0]).toBe('v6')
  expect(kids).not.toContain('over')
}, 60_000)

test('a vault that goes away takes nothing with it: what was read stays good', async () => {
  await using vault = await startKeyVault()
  await clientOf(vault).setSecret('signing-keys', jwkSet('v1'))
  await using world = await startWorld({ settings: { ...environment(vault), SECRETS_REFRESH_MS: '0' } })
  const ada = await world.register('ada')
  expect((await ada.call('GET', 'health')).body.services.keyVault).toMatchObject({ status: 'ok' })
  vault.faults.add({ operation: '*', fault: { kind: 'status', status: 403 } })
  expect((await ada.call('GET', 'health')).body.services.keyVault).toMatchObject({ status: 'unavailable' })
  const { status } = await ada.call('GET', 'users/me')
  expect(status).toBe(200)
  await world.hosts[0]!.logged('secrets.refresh.failed')
  expect((await ada.call('GET', 'users/me')).status).toBe(200)
}, 60_000)
