import { HttpRequest } from '@azure/functions'
import { requireSender } from '../../../../functions/adapter/event-sender.ts'
import { readConfig } from '../../../../shared/config.ts'
import { ChatError } from '../../../../shared/domain/error.ts'
import { thrownBy } from '../../../support/thrown.ts'

// printf 'conn-1' | openssl dgst -sha256 -hmac key-one (and key-two)
const BY_KEY_ONE = 'sha256=81fb2da8928b852be5bc168577e509765ef318bdd376e91b03beb0760de1f9ee'
const BY_KEY_TWO = 'sha256=64e6676c077cdcfdfda7dc662ba39af152885e8f23e49dff5a42b44fc0c3c753'
const KEYS = ['key-one', 'key-two']

const SIGNING_KEYS = '{"keys":[{"kid":"k","kty":"EC","alg":"ES256","d":"d"}]}'
const BASE = { Cosmos: 'AccountEndpoint=http://localhost/;AccountKey=a;', SIGNING_KEYS }

const withKeys = (keys: string[]) => ({
  eventTokens: undefined,
  config: readConfig({
    ...BASE,
    WebPubSub: `Endpoint=http://localhost;${keys.map((key) => `AccessKey=${key};`).join('')}`,
  }),
})

const withTokens = (isFromSender: (token: string) => Promise<boolean>) => ({
  ...withKeys(KEYS),
  eventTokens: { isFromSender },
})

/** An event of connection conn-1 with these headers. */
function request(headers: Record<string, string | undefined>): HttpRequest {
  const given = Object.entries({ 'ce-connectionId': 'conn-1', ...headers }).filter(
    ([, value]) => value !== undefined,
  )
  return new HttpRequest({
    method: 'POST',
    url: 'http://localhost/api/events',
    headers: Object.fromEntries(given) as Record<string, string>,
  })
}

test.each([
  ['by the first key', BY_KEY_ONE, KEYS],
  ['by the second key', BY_KEY_TWO, KEYS],
  ['by both, as the service sends it', `${BY_KEY_ONE},${BY_KEY_TWO}`, KEYS],
  ['with space between', `${BY_KEY_ONE}, ${BY_KEY_TWO}`, ['key-two']],
  ['by a key that was replaced and the one that is left', `${BY_KEY_ONE},${BY_KEY_TWO}`, ['key-one']],
])('a signature %s is good', async (_what, signature, keys) => {
  await expect(requireSender(withKeys(keys), request({ 'ce-signature': signature }))).resolves.toBeUndefined()
})

test.each<[string, string | undefined, string[]]>([
  ['no signature', undefined, KEYS],
  ['an empty signature', '', KEYS],
  ['commas', ',,', KEYS],
  ['too few characters', BY_KEY_ONE.slice(0, -1), KEYS],
  ['too many characters', `${BY_KEY_ONE}0`, KEYS],
  ['one wrong character', `${BY_KEY_ONE.slice(0, -1)}f`, KEYS],
  ['no scheme', BY_KEY_ONE.slice(7), KEYS],
  ['upper case', BY_KEY_ONE.toUpperCase(), KEYS],
  ['the signature of another key', BY_KEY_TWO, ['key-one']],
])('%s is refused', async (_what, signature, keys) => {
  const error = await thrownBy(() => requireSender(withKeys(keys), request({ 'ce-signature': signature })))
  expect(error.code).toBe('unauthorized')
})

test('a signature is good for its own connection alone', async () => {
  const headers = { 'ce-signature': BY_KEY_ONE, 'ce-connectionId': 'conn-2' }
  const error = await thrownBy(() => requireSender(withKeys(KEYS), request(headers)))
  expect(error.code).toBe('unauthorized')
})

test('where tokens are asked for, the token decides and a good signature counts for nothing', async () => {
  const asked: string[] = []
  const app = withTokens(async (token) => asked.push(token) === 1)
  await requireSender(app, request({ authorization: 'Bearer good' }))
  for (const headers of [
    { authorization: 'Bearer bad' },
    { authorization: 'Basic good' },
    { authorization: '' },
    {},
  ]) {
    const error = await thrownBy(() =>
      requireSender(app, request({ 'ce-signature': BY_KEY_ONE, ...headers })),
    )
    expect(error.code).toBe('unauthorized')
  }
  expect(asked).toEqual(['good', 'bad'])
})

test('keys that cannot be read are an outage, not a refusal: the service tries again', async () => {
  const app = withTokens(() => Promise.reject(new ChatError('unavailable', 'No keys.')))
  const error = await thrownBy(() => requireSender(app, request({ authorization: 'Bearer good' })))
  expect(error.code).toBe('unavailable')
})
