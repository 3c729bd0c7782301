// Every REST operation through @azure/web-pubsub, whose status checks are strict.
import { startWebPubSub } from '../server.ts'
import { connectRaw } from './support/raw-client.ts'
import { clientUrl, connectSdk, serviceClient } from './support/sdk.ts'
import { callRest } from './support/tokens.ts'

const JSON_V1 = 'json.webpubsub.azure.v1'

test('sends reach all, a group, a user and a connection, each type of data as it was', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const service = serviceClient(emulator)
  using ann = await connectSdk(emulator, { userId: 'ann', groups: ['room'] })
  await service.sendToAll({ n: 1 })
  await service.group('room').sendToAll('text', { contentType: 'text/plain' })
  await service.sendToUser('ann', new Uint8Array([1, 2, 255]).buffer)
  await service.sendToConnection(ann.connectionId, ['json'])
  await ann.received(4)
  expect(ann.messages).toEqual([
    { from: 'server', data: { n: 1 }, dataType: 'json', sequenceId: 1 },
    { from: 'group', data: 'text', dataType: 'text', sequenceId: 2 },
    { from: 'server', data: new Uint8Array([1, 2, 255]).buffer, dataType: 'binary', sequenceId: 3 },
    { from: 'server', data: ['json'], dataType: 'json', sequenceId: 4 },
  ])
})

test('sending to nobody succeeds', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const service = serviceClient(emulator)
  await service.sendToAll('x')
  await service.sendToUser('nobody', 'x', { messageTtlSeconds: 300 })
  await service.sendToConnection('nothing', 'x')
  await service.group('empty').sendToAll('x')
  expect(emulator.stats()).toMatchObject({ restRequests: 4, delivered: 0 })
})

test('excluded connections and those outside the filter get nothing', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const service = serviceClient(emulator)
  using ann = await connectSdk(emulator, { userId: 'ann', groups: ['room'] })
  using bob = await connectSdk(emulator, { userId: "b'ob", groups: ['room'] })
  await service.group('room').sendToAll('not ann', { excludedConnections: [ann.connectionId] })
  await service.group('room').sendToAll('only bob', { filter: "userId eq 'b''ob'" })
  await service.sendToAll('only ann', { filter: "not (userId eq 'b''ob')" })
  await service.sendToAll('both', { filter: "'room' in groups" })
  await Promise.all([ann.received(2), bob.received(3)])
  expect(ann.messages.map(({ data }) => data)).toEqual(['only ann', 'both'])
  expect(bob.messages.map(({ data }) => data)).toEqual(['not ann', 'only bob', 'both'])
  const refused = await service.sendToAll('x', { filter: 'userId is ann' }).catch((error: Error) => error)
  // The service answers as application/problem+json, which the SDK does not parse: its message is the whole body.
  expect(refused).toMatchObject({ statusCode: 400 })
  const message =
    "Invalid syntax for 'userId is ann': Syntax error at position 9 in 'userId is ann'. (Parameter 'filter')"
  expect(JSON.parse(refused!.message)).toEqual({
    code: 'Error.BadRequest',
    message,
    target: 'filter',
    errors: { filter: [message] },
    type: null,
    title: 'One or more validation errors occurred.',
    status: 400,
    detail: null,
    instance: null,
    extensions: {},
  })
})

test('groups: join, exist, leave, by connection, by user and by filter', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const service = serviceClient(emulator)
  using ann = await connectSdk(emulator, { userId: 'ann' })
  using bob = await connectSdk(emulator, { userId: 'bob' })
  const groups = (id: string): string[] =>
    emulator.connections().find(({ connectionId }) => connectionId === id)!.groups
  const odd = service.group('a/b c%41/α')
  expect(await service.groupExists('a/b c%41/α')).toBe(false)
  await odd.addConnection(ann.connectionId)
  expect(groups(ann.connectionId)).toEqual(['a/b c%41/α'])
  expect(await service.groupExists('a/b c%41/α')).toBe(true)
  await odd.removeConnection(ann.connectionId)
  await odd.removeConnection('unknown')
  expect(await service.groupExists('a/b c%41/α')).toBe(false)
  await service.group('g').addUser('bob')
  expect(groups(bob.connectionId)).toEqual(['g'])
  await service.group('g').removeUser('bob')
  expect(groups(bob.connectionId)).toEqual([])
  await service.addConnectionsToGroups(['x', 'y'], "userId in ('ann', 'carl')")
  expect([groups(ann.connectionId), groups(bob.connectionId)]).toEqual([['x', 'y'], []])
  await service.removeConnectionsFromGroups(['x'], "userId eq 'ann'")
  expect(groups(ann.connectionId)).toEqual(['y'])
  await service.removeConnectionFromAllGroups(ann.connectionId)
  expect(groups(ann.connectionId)).toEqual([])
  await service.addConnectionsToGroups(['p', 'q'], '')
  await service.removeUserFromAllGroups('bob')
  expect([groups(ann.connectionId), groups(bob.connectionId)]).toEqual([['p', 'q'], []])
  await expect(service.group('g').addConnection('unknown')).rejects.toMatchObject({ statusCode: 404 })
  await expect(service.group('g').addUser('nobody')).rejects.toMatchObject({ statusCode: 404 })
})

test('who exists', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const service = serviceClient(emulator)
  using ann = await connectSdk(emulator, { userId: 'ann' })
  expect(await service.connectionExists(ann.connectionId)).toBe(true)
  expect(await service.connectionExists('unknown')).toBe(false)
  expect(await service.userExists('ann')).toBe(true)
  expect(await service.userExists('bob')).toBe(false)
  expect(await serviceClient(emulator, 'other').userExists('ann')).toBe(false)
  expect(await serviceClient(emulator, 'CHAT').userExists('ann')).toBe(true)
})

test('closing tells the client why, and spares the excluded', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const service = serviceClient(emulator)
  const connect = async (userId: string) => {
    const client = await connectRaw(await clientUrl(emulator, { userId, groups: ['g'] }), JSON_V1)
    const { connectionId } = (await client.next()) as { connectionId: string }
    return { client, connectionId }
  }
  const a = await connect('a')
  await service.closeConnection(a.connectionId, { reason: 'bye' })
  const told = (message: string): object => ({ type: 'system', event: 'disconnected', message })
  expect(await a.client.next()).toEqual(told('Application server closed the connection. Reason: bye'))
  expect(await a.client.closed).toEqual({ code: 1000, reason: '' })
  expect(await service.userExists('a')).toBe(false)

  const [b, c, d, e] = await Promise.all(['b', 'c', 'd', 'e'].map(connect))
  await service.closeUserConnections('b')
  expect(await b!.client.next()).toEqual(told('Application server closed the connection.'))
  const spared = { excluded: [d!.connectionId, e!.connectionId], reason: 'group' }
  await service.group('g').closeAllConnections(spared)
  expect(await c!.client.next()).toEqual(told('Application server closed the connection. Reason: group'))
  spared.excluded = [e!.connectionId]
  await service.closeAllConnections(spared)
  expect(await d!.client.closed).toMatchObject({ code: 1000 })
  expect(emulator.connections().map(({ userId }) => userId)).toEqual(['e'])
})

test('permissions are granted, checked and revoked, and decide what the client may do', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const service = serviceClient(emulator)
  using ann = await connectSdk(emulator, { userId: 'ann' })
  const id = ann.connectionId
  const room = { targetName: 'room' }
  expect(await service.hasPermission(id, 'sendToGroup', room)).toBe(false)
  await expect(ann.client.joinGroup('room')).rejects.toMatchObject({ errorDetail: { name: 'Forbidden' } })
  await service.grantPermission(id, 'joinLeaveGroup', room)
  await service.grantPermission(id, 'sendToGroup', room)
  expect(await service.hasPermission(id, 'sendToGroup', room)).toBe(true)
  expect(await service.hasPermission(id, 'sendToGroup', { targetName: 'other' })).toBe(false)
  await ann.client.joinGroup('room')
  await ann.client.sendToGroup('room', 'hi', 'text')
  await ann.received(1)
  await service.revokePermission(id, 'sendToGroup', room)
  expect(await service.hasPermission(id, 'sendToGroup', room)).toBe(false)
  await expect(ann.client.sendToGroup('room', 'hi', 'text')).rejects.toMatchObject({
    errorDetail: { name: 'Forbidden' },
  })
  await expect(service.grantPermission(id, 'sendToGroup')).rejects.toMatchObject({
    statusCode: 400,
    message: 'Invalid group name. Valid group name should be in between 1 and 1024 characters long.',
  })
  await expect(service.grantPermission('unknown', 'sendToGroup', room)).rejects.toMatchObject({
    statusCode: 404,
  })
})

test('the connections of a group are listed page by page', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const group = serviceClient(emulator).group('a/b')
  const urls = await Promise.all(
    ['u1', 'u2', 'u3', 'u4', 'u5'].map((userId) => clientUrl(emulator, { userId, groups: ['a/b'] })),
  )
  const clients = await Promise.all(urls.map((url) => connectRaw(url, JSON_V1)))
  const users: (string | undefined)[] = []
  for await (const { userId } of await group.listConnections({ maxPageSize: 2 })) users.push(userId)
  expect(users.toSorted()).toEqual(['u1', 'u2', 'u3', 'u4', 'u5'])
  let count = 0
  for await (const { connectionId } of await group.listConnections({ maxPageSize: 2, top: 3 })) {
    expect(connectionId).toMatch(/^[\w-]{22}$/)
    count++
  }
  expect(count).toBe(3)
  for (const client of clients) client.socket.terminate()
})

test('a page names the next one; a foreign continuation token is refused', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const url = `${emulator.url}/api/hubs/chat/groups/g/connections`
  using _a = await connectSdk(emulator, { userId: 'a', groups: ['g'] })
  using _b = await connectSdk(emulator, { groups: ['g'] })
  const first = (await (await callRest(`${url}?maxpagesize=1`, 'GET')).json()) as {
    value: object[]
    nextLink: string
  }
  expect(first.value).toHaveLength(1)
  expect(first.nextLink.startsWith(`${url}?api-version=2024-12-01&maxpagesize=1&continuationToken=`)).toBe(
    true,
  )
  const second = (await (await callRest(first.nextLink, 'GET')).json()) as {
    value: object[]
    nextLink: null
  }
  expect([...first.value, ...second.value].map((one) => 'userId' in one && one.userId).toSorted()).toEqual([
    'a',
    null,
  ])
  expect(second.nextLink).toBe(null)
  const { nextLink } = first
  const token = new URL(nextLink).searchParams.get('continuationToken')!
  const forged = Buffer.from('zzz').toString('base64url') + token.slice(token.indexOf('.'))
  for (const foreign of [
    nextLink.replace('/groups/g/', '/groups/h/'),
    nextLink.replace('/hubs/chat/', '/hubs/other/'),
    nextLink.replace(token, forged),
    `${url}?continuationToken=`,
  ]) {
    const answer = await callRest(foreign, 'GET')
    expect([answer.status, answer.headers.get('x-ms-error-code')]).toEqual([400, 'Error.BadRequest'])
  }
  const top = await callRest(`${url}?top=2147483647`, 'GET')
  expect(top.status).toBe(200)
  expect((await callRest(`${url}?maxpagesize=201`, 'GET')).status).toBe(400)
})

test('a token can be generated for a client', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const url = `${emulator.url}/api/hubs/chat/:generateToken?userId=ann&role=webpubsub.sendToGroup&group=g&minutesToExpire=5`
  const response = await callRest(url, 'POST')
  expect(response.status).toBe(200)
  const { token } = (await response.json()) as { token: string }
  const client = await connectRaw(
    `${emulator.url.replace('http', 'ws')}/client/hubs/chat?access_token=${token}`,
    JSON_V1,
  )
  expect(await client.next()).toMatchObject({ event: 'connected', userId: 'ann' })
  expect(emulator.connections()).toMatchObject([{ userId: 'ann', groups: ['g'] }])
  client.socket.terminate()
  const mqtt = await callRest(`${emulator.url}/api/hubs/chat/:generateToken?clientType=mqtt`, 'POST')
  expect(mqtt.status).toBe(501)
})

test('metadata headers arrive with the message', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using client = await connectRaw(await clientUrl(emulator), JSON_V1)
  await client.next()
  await callRest(`${emulator.url}/api/hubs/chat/:send`, 'POST', {
    headers: { 'content-type': 'text/plain', 'X-WebPubSub-Metadata-Trace': 'abc' },
    body: 'hi',
  })
  expect(await client.next()).toEqual({
    type: 'message',
    from: 'server',
    dataType: 'text',
    data: 'hi',
    metadata: { trace: 'abc' },
  })
})
