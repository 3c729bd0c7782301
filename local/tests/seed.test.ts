// Seeding, as often as one likes: what is there is found, what is missing is added.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApp } from '../../shared/app.ts'
import { readConfig } from '../../shared/config.ts'
import { startWorld, type World } from '../../tests/support/world.ts'
import { lock } from '../lock.ts'
import { seedBulk, sharesOf } from '../seed/bulk.ts'
import { seedDemo } from '../seed/demo.ts'
import { enter, type Player } from '../seed/person.ts'
import { run, temporaryFolder } from './run.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

interface Chat {
  chatId: string
  kind: string
  name: string
}
interface Message {
  content: { type: string; text?: string; caption?: string; width?: number; height?: number }
}

const chatsOf = async (player: Player) =>
  (await player.call<{ chats: Chat[] }>('GET', 'chats?limit=100')).chats
const messagesOf = async (player: Player, chatId: string) =>
  (await player.call<{ messages: Message[] }>('GET', `chats/${chatId}/messages?limit=100`)).messages

test('the demo: people, chats, words and a picture; made twice, it is there once', async () => {
  const api = world.apis[0]!
  await seedDemo(api)
  await seedDemo(api)
  const grace = await enter(api, { handle: 'grace', displayName: 'Grace Hopper' })
  const chats = await chatsOf(grace)
  expect(chats.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
    'direct Alan Turing',
    'group Engines',
  ])
  const engines = chats.find(({ kind }) => kind === 'group')!
  const messages = await messagesOf(grace, engines.chatId)
  expect(messages.map(({ content }) => content.text ?? content.caption)).toEqual([
    'The mill is running. First cards go in at noon.',
    'Does it halt?',
    'Ask me again in a hundred years.',
    'Found a **moth** in relay 70. Taped it into the log book.',
    'First actual case',
    'Keep it for the museum.',
  ])
  expect(messages[4]!.content).toMatchObject({ type: 'image', width: 320, height: 320 })
  const peter = await enter(api, { handle: 'peter', displayName: 'Peter Heller' })
  expect(await peter.call('GET', 'users/me')).toMatchObject({ profile: { type: 'parent', childrenCount: 2 } })
})

test('a size: so many chats and messages, and no more when it is asked for again', async () => {
  const app = createApp(readConfig(world.settings), () => undefined)
  const size = { people: 4, chats: 3, messages: 500 }
  const told: number[] = []
  await seedBulk(app, size, (there) => told.push(there))
  await seedBulk(app, size, () => undefined)
  expect(told.at(-1)).toBe(500)
  const someone = await enter(world.apis[0]!, { handle: 'person-0', displayName: 'Person 0' })
  const chats = await chatsOf(someone)
  const heads = (await someone.call<{ chats: { head: { n: number } }[] }>('GET', 'chats')).chats
  expect(chats).toHaveLength(3)
  expect(heads.map(({ head }) => head.n).sort((a, b) => b - a)).toEqual([273, 137, 90])
  app.cosmos.client.dispose()
}, 60_000)

test('the nth chat gets its share: as 1 to n, the rest to the first ones', () => {
  expect(sharesOf(500, 3)).toEqual([273, 137, 90])
  expect(sharesOf(10, 1)).toEqual([10])
  expect(sharesOf(1, 4)).toEqual([1, 0, 0, 0])
})

test('the command finds the stack that runs on the data folder, at whatever ports', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'app-settings.json'), JSON.stringify({ ISSUER: world.apis[0] }))
  {
    await using _ = await lock(folder.path)
    const { code, stdout } = await run('seed.ts', ['--data', folder.path]).ended
    expect([code, stdout]).toEqual([0, 'The demo is there.\n'])
  }
  for (const size of [[], ['--messages', '10']]) {
    const { code, stderr } = await run('seed.ts', ['--data', folder.path, ...size]).ended
    expect(code).toBe(1)
    expect(stderr).toBe(
      `No stack is running on ${folder.path}. Start one, or name its data folder with --data.\n`,
    )
  }
  const { code, stderr } = await run('seed.ts', ['--api', 'http://127.0.0.1:1/api']).ended
  expect([code, stderr]).toEqual([1, 'Nobody answers at http://127.0.0.1:1/api.\n'])
}, 60_000)
