import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('signing out while the push service is away closes the sockets as soon as it is back', async () => {
  const ada = await world.register('ada')
  const socket = await ada.socket()
  const operation = 'group.closeConnections'
  world.webPubSub.faults.add({ operation, fault: { kind: 'status', status: 503 } })
  await ada.call('POST', 'auth/logout')
  world.webPubSub.faults.clear()
  await socket.closed
}, 15_000)
