// Attachments while processes die: what has a message keeps its bytes, what has none loses them, however far each one came.
import { CosmosClient, type Item } from '@azure/cosmos'
import { BlobServiceClient } from '@azure/storage-blob'
import { note, upload } from '../support/media.ts'
import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

interface Stored {
  claim?: object
  pendingSince?: number
  removed?: boolean
}

let world: World
let ada: Person
let chatId: string
let client: CosmosClient
beforeAll(async () => {
  world = await startWorld()
  client = new CosmosClient(world.cosmos.connectionString)
  ada = await world.register('ada')
  chatId = (await ada.call('POST', 'chats', { kind: 'group', name: 'Files' })).body.chatId
}, 60_000)
afterAll(async () => {
  client.dispose()
  await world[Symbol.asyncDispose]()
})

const item = (attachmentId: string): Item =>
  client.database('parley').container('state').item(`attachment:${attachmentId}`, chatId)
const entry = (seq: number): Item =>
  client
    .database('parley')
    .container('chats')
    .item(`e:${String(seq).padStart(10, '0')}`, chatId)
const read = async (attachmentId: string): Promise<Stored | undefined> =>
  (await item(attachmentId).read()).resource
const isThere = ({ attachmentId }: { attachmentId: string }): Promise<boolean> =>
  BlobServiceClient.fromConnectionString(world.azurite.connectionString)
    .getContainerClient('media')
    .getBlobClient(`${chatId}/${attachmentId}`)
    .exists()

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
}

const send = (id: string, content: object, host?: number) =>
  ada.call('POST', `chats/${chatId}/messages`, { clientMessageId: id, content }, host)

/** Another host, for which an upload that has waited at all has waited too long; and its sweep. */
async function addSweeper(): Promise<{ host: number; sweep(): Promise<void> }> {
  const { url } = await world.addHost({ UPLOAD_MAX_AGE_MS: '0' })
  const sweep = async (): Promise<void> => {
    const fired = await fetch(`${url}/admin/functions/sweep-attachments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"input":""}',
    })
    expect(fired.status).toBe(202)
  }
  return { host: world.apis.length - 1, sweep }
}

test('uploads without a message go, with all that is known of them; those with one stay and are not looked at again', async () => {
  const { sweep } = await addSweeper()
  const [kept, lost] = await Promise.all([
    upload(ada, chatId, note('kept')),
    upload(ada, chatId, note('lost')),
  ])
  const { body: sent } = await send('kept', kept)
  await sweep()
  await until(async () => (await read(lost.attachmentId)) === undefined)
  await until(async () => (await read(kept.attachmentId))?.pendingSince === undefined)
  expect(await isThere(lost)).toBe(false)
  expect(await isThere(kept)).toBe(true)
  expect(await send('kept', kept)).toMatchObject({ status: 200, body: sent })
  expect((await send('late', lost)).body).toMatchObject({ status: 404, code: 'not-found' })
})

test('dead after the mark, before the bytes were gone: the sweep ends it, also of a message that was deleted', async () => {
  const { sweep } = await addSweeper()
  const [upset, deleted] = await Promise.all([
    upload(ada, chatId, note('upset')),
    upload(ada, chatId, note('deleted')),
  ])
  const { body: sent } = await send('to delete', deleted)
  for (const { attachmentId } of [upset, deleted])
    await item(attachmentId).patch([{ op: 'set', path: '/removed', value: true }])
  await entry(sent.seq).patch([{ op: 'remove', path: '/content' }])
  expect((await send('upset', upset)).body).toMatchObject({ code: 'not-found' })
  await sweep()
  await until(async () => (await read(upset.attachmentId)) === undefined)
  await until(async () => (await read(deleted.attachmentId)) === undefined)
  expect(await Promise.all([isThere(upset), isThere(deleted)])).toEqual([false, false])
})

test('the host dies between the claim and the message: the same message goes through another, a sweep later it is too late', async () => {
  const [resent, given] = await Promise.all([
    upload(ada, chatId, note('resent')),
    upload(ada, chatId, note('given up')),
  ])
  await world.addHost()
  const patient = world.apis.length - 1
  const { sweep } = await addSweeper()
  world.cosmos.faults.add({ operation: 'items.batch', fault: { kind: 'drop' } })
  const doomed = await world.addHost()
  const answers = Promise.allSettled([
    send('resent', resent, world.apis.length - 1),
    send('given up', given, world.apis.length - 1),
  ])
  for (const { attachmentId } of [resent, given])
    await until(async () => (await read(attachmentId))?.claim !== undefined)
  await doomed.kill('SIGKILL')
  await answers
  world.cosmos.faults.clear()
  expect((await send('other', resent, patient)).body).toMatchObject({ code: 'attachment-used' })
  expect(await send('resent', resent, patient)).toMatchObject({ status: 201, body: { content: resent } })
  await sweep()
  await until(async () => (await read(given.attachmentId)) === undefined)
  await until(async () => (await read(resent.attachmentId))?.pendingSince === undefined)
  expect(await Promise.all([isThere(resent), isThere(given)])).toEqual([true, false])
  expect((await send('given up', given, patient)).body).toMatchObject({ code: 'not-found' })
}, 60_000)

test('the host dies right after the message was written: its bytes stay, and it is found', async () => {
  const { host, sweep } = await addSweeper()
  const content = await upload(ada, chatId, note('written'))
  const { body: last } = await send('before', { type: 'text', text: 'before' })
  const doomed = await world.addHost()
  const answer = send('written', content, world.apis.length - 1).catch(() => undefined)
  await until(async () => (await entry(last.seq + 1).read()).resource !== undefined)
  await doomed.kill('SIGKILL')
  await answer
  await sweep()
  await until(async () => (await read(content.attachmentId))?.pendingSince === undefined)
  expect(await isThere(content)).toBe(true)
  const again = await send('written', content, host)
  expect(again).toMatchObject({ status: 200, body: { seq: last.seq + 1, content } })
}, 60_000)
