import { HttpRequest } from '@azure/functions'
import { readEvent, writeState } from '../../../../functions/adapter/cloud-event.ts'
import { thrownBy } from '../../../support/thrown.ts'

const EVENT = {
  'ce-type': 'azure.webpubsub.user.command',
  'ce-connectionId': 'conn-1',
  'ce-userId': 'ada',
  'ce-hub': 'chat',
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

test('an event is read', () => {
  expect(readEvent(request())).toEqual({
    name: 'command',
    kind: 'user',
    connectionId: 'conn-1',
    userId: 'ada',
    hub: 'chat',
    state: undefined,
  })
})

test.each([
  ['azure.webpubsub.sys.connect', 'system', 'connect'],
  ['azure.webpubsub.sys.disconnected', 'system', 'disconnected'],
  ['azure.webpubsub.user.command', 'user', 'command'],
  ['azure.webpubsub.user.a.b', 'user', 'a.b'],
  ['azure.webpubsub.user.connect', 'user', 'connect'],
])('the type %s is the %s event %s', (type, kind, name) => {
  expect(readEvent(request({ 'ce-type': type }))).toMatchObject({ kind, name })
})

test.each([undefined, '', 'azure.webpubsub.user.', 'azure.webpubsub.other.x', 'azure.eventgrid.sys.connect'])(
  'the type %p is no event of ours',
  async (type) => {
    const error = await thrownBy(() => readEvent(request({ 'ce-type': type })))
    expect(error.code).toBe('invalid-request')
  },
)

const STATE = 'eyJzZXNzaW9uSWQiOiJzMSIsInJvbGUiOiJ1c2VyIiwiZ3JvdXBzIjoiYWJjIn0='

test('what connect wrote into the state comes back with every event', () => {
  expect(writeState({ sessionId: 's1', role: 'user', groups: 'abc' })).toBe(STATE)
  expect(readEvent(request({ 'ce-connectionState': STATE })).state).toEqual({
    sessionId: 's1',
    role: 'user',
    groups: 'abc',
  })
})

test.each(['%%%', 'bm90IGpzb24=', 'e30=', 'eyJzZXNzaW9uSWQiOiIiLCJncm91cHMiOiIifQ=='])(
  'the state %p is none of ours',
  (state) => {
    expect(readEvent(request({ 'ce-connectionState': state })).state).toBeUndefined()
  },
)
