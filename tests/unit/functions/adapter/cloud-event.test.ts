import { HttpRequest } from '@azure/functions'
import { readEvent, writeState } from '../../../../functions/adapter/cloud-event.ts'
import { thrownBy } from '../../../support/thrown.ts'

// printf 'conn-1' | openssl dgst -sha256 -hmac key-one (and key-two)
const BY_KEY_ONE = 'sha256=81fb2da8928b852be5bc168577e509765ef318bdd376e91b03beb0760de1f9ee'
const BY_KEY_TWO = 'sha256=64e6676c077cdcfdfda7dc662ba39af152885e8f23e49dff5a42b44fc0c3c753'
const KEYS = ['key-one', 'key-two']

const EVENT = {
  'ce-type': 'azure.webpubsub.user.command',
  'ce-connectionId': 'conn-1',
  'ce-userId': 'ada',
  'ce-hub': 'chat',
  'ce-signature': BY_KEY_ONE,
}

/** The event with other headers; undefined takes one away. */
function request(over: Record<string, string | undefined> = {}): HttpRequest {
  const headers = Object.entries({ ...EVENT, ...over }).filter(([, value]) => value !== undefined)
  return new HttpRequest({
    method: 'POST',
    url: 'http://localhost/api/events',
    headers: Object.fromEntries(headers) as Record<string, string>,
  })
}

test('a signed event is read', () => {
  expect(readEvent(request(), KEYS)).toEqual({
    name: 'command',
    kind: 'user',
    connectionId: 'conn-1',
    userId: 'ada',
    hub: 'chat',
    state: undefined,
  })
})

test.each([
  ['by the first key', BY_KEY_ONE, KEYS],
  ['by the second key', BY_KEY_TWO, KEYS],
  ['by both, as the service sends it', `${BY_KEY_ONE},${BY_KEY_TWO}`, KEYS],
  ['with space between', `${BY_KEY_ONE}, ${BY_KEY_TWO}`, ['key-two']],
  ['by a key that was replaced and the one that is left', `${BY_KEY_ONE},${BY_KEY_TWO}`, ['key-one']],
])('a signature %s is good', (_what, signature, keys) => {
  expect(readEvent(request({ 'ce-signature': signature }), keys).userId).toBe('ada')
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
  ['a good signature and no key to check it', BY_KEY_ONE, []],
])('%s is refused', async (_what, signature, keys) => {
  const error = await thrownBy(() => readEvent(request({ 'ce-signature': signature }), keys))
  expect(error.code).toBe('unauthorized')
})

test('a signature is good for its own connection alone', async () => {
  const error = await thrownBy(() => readEvent(request({ 'ce-connectionId': 'conn-2' }), KEYS))
  expect(error.code).toBe('unauthorized')
})

test.each([
  ['azure.webpubsub.sys.connect', 'system', 'connect'],
  ['azure.webpubsub.sys.disconnected', 'system', 'disconnected'],
  ['azure.webpubsub.user.command', 'user', 'command'],
  ['azure.webpubsub.user.a.b', 'user', 'a.b'],
  ['azure.webpubsub.user.connect', 'user', 'connect'],
])('the type %s is the %s event %s', (type, kind, name) => {
  expect(readEvent(request({ 'ce-type': type }), KEYS)).toMatchObject({ kind, name })
})

test.each([undefined, '', 'azure.webpubsub.user.', 'azure.webpubsub.other.x', 'azure.eventgrid.sys.connect'])(
  'the type %p is no event of ours',
  async (type) => {
    const error = await thrownBy(() => readEvent(request({ 'ce-type': type }), KEYS))
    expect(error.code).toBe('invalid-request')
  },
)

const STATE = 'eyJzZXNzaW9uSWQiOiJzMSIsInJvbGUiOiJ1c2VyIiwiZ3JvdXBzIjoiYWJjIn0='

test('what connect wrote into the state comes back with every event', () => {
  expect(writeState({ sessionId: 's1', role: 'user', groups: 'abc' })).toBe(STATE)
  expect(readEvent(request({ 'ce-connectionState': STATE }), KEYS).state).toEqual({
    sessionId: 's1',
    role: 'user',
    groups: 'abc',
  })
})

test.each(['%%%', 'bm90IGpzb24=', 'e30=', 'eyJzZXNzaW9uSWQiOiIiLCJncm91cHMiOiIifQ=='])(
  'the state %p is none of ours',
  (state) => {
    expect(readEvent(request({ 'ce-connectionState': state }), KEYS).state).toBeUndefined()
  },
)
