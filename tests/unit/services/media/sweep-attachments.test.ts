// The sweep and a send that meet: whichever changes the attachment first has it.
import type { Attachment } from '../../../../shared/domain/attachment.ts'
import { sweepAttachments } from '../../../../shared/services/media/sweep-attachments.ts'
import { type MemoryApp, memoryApp } from '../../../support/memory-app.ts'

const NOW = Date.parse('2026-03-01T10:00:00.000Z')
const DAY = 86_400_000
const attachment = (attachmentId: string, more: Partial<Attachment> = {}): Attachment => ({
  chatId: 'c1',
  attachmentId,
  uploaderId: 'ada',
  name: 'a',
  contentType: 'text/plain',
  size: 1,
  createdAt: '2026-02-28T09:00:00.000Z',
  pendingSince: NOW - DAY - 1,
  ...more,
})

async function world(...items: Attachment[]): Promise<MemoryApp> {
  const app = memoryApp(NOW)
  for (const item of items) {
    await app.attachments.create(item)
    const stored = { size: 1, contentType: 'text/plain', isPlain: true, start: new Uint8Array() }
    app.media.blobs.set(`${item.chatId}/${item.attachmentId}`, stored)
  }
  return app
}
const blobs = (app: MemoryApp) => [...app.media.blobs.keys()]

test('a day and no longer', async () => {
  const app = await world(attachment('old'), attachment('young', { pendingSince: NOW - DAY }))
  expect(await sweepAttachments(app)).toEqual({ removed: 1, settled: 0 })
  expect(blobs(app)).toEqual(['c1/young'])
})

test('claimed just before it would be marked: it stays', async () => {
  const app = await world(attachment('a1'))
  const { replace } = app.attachments
  app.attachments.replace = async (swept, etag) => {
    app.attachments.replace = replace
    const claim = { key: 'ada:m1', type: 'file' as const, etag: '"1"' }
    const found = await app.attachments.read('c1', 'a1')
    await replace({ ...found!.attachment, claim, pendingSince: NOW }, found!.etag)
    return replace(swept, etag)
  }
  expect(await sweepAttachments(app)).toEqual({ removed: 0, settled: 0 })
  expect(blobs(app)).toEqual(['c1/a1'])
  expect((await app.attachments.read('c1', 'a1'))!.attachment.removed).toBeUndefined()
})

test('a message of another content under the key of the claim keeps nothing', async () => {
  const claim = { key: 'ada:m1', type: 'file' as const, etag: '"1"' }
  const app = await world(attachment('a1', { claim }))
  await app.log.commit('c1', {
    entries: [
      {
        type: 'message',
        chatId: 'c1',
        seq: 1,
        n: 1,
        senderId: 'ada',
        createdAt: '2026-02-28T09:00:00.000Z',
        content: { type: 'text', text: 'hello' },
        dedupeKey: 'ada:m1',
        by: 'p1',
      },
    ],
    writers: [],
  })
  expect(await sweepAttachments(app)).toEqual({ removed: 1, settled: 0 })
  expect(blobs(app)).toEqual([])
})

test('more than one page; a storage that is away costs an hour, and the other chats nothing', async () => {
  const many = Array.from({ length: 450 }, (_, i) => attachment(`a${i}`))
  const app = await world(...many, attachment('b', { chatId: 'c2' }))
  const { remove } = app.media
  app.media.remove = async (chatId, attachmentId) => {
    if (chatId === 'c2') throw new Error('away')
    await remove(chatId, attachmentId)
  }
  expect(await sweepAttachments(app)).toEqual({ removed: 450, settled: 0 })
  expect(blobs(app)).toEqual(['c2/b'])
  app.media.remove = remove
  expect(await sweepAttachments(app)).toEqual({ removed: 1, settled: 0 })
  expect(blobs(app)).toEqual([])
})
