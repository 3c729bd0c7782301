import type { NewEntry } from '../../../../shared/domain/entry.ts'
import { writeAlone } from '../../../../shared/services/log/write-alone.ts'
import { ada, seededApp } from '../../../conformance/seeded.ts'
import type { MemoryApp } from '../../../support/memory-app.ts'
import { thrownBy } from '../../../support/thrown.ts'

const GROUP = 'cHLoHbB2jYpd0A6NZS6sA3k'

const renamed = (name: string): NewEntry => ({
  type: 'chat',
  change: 'renamed',
  name,
  senderId: 'ada',
  dedupeKey: `rename:${name}`,
})

const message = (id: string): NewEntry => ({
  type: 'message',
  senderId: 'ada',
  clientMessageId: id,
  content: { type: 'text', text: id },
  dedupeKey: `ada:${id}`,
})

const rename = (app: MemoryApp, name: string, more: { anywhere?: boolean } = {}) => {
  const tails: number[] = []
  // Pauses take time here: the clock moves by what is slept.
  const written = writeAlone(
    { ...app, random: () => 1 },
    {
      chatId: GROUP,
      key: `rename:${name}`,
      ...more,
      async decide(tail) {
        tails.push(tail.seq)
        return { entries: [renamed(name)] }
      },
    },
  )
  return { tails, written }
}

/** What another process writes at this moment. */
async function foreign(app: MemoryApp, id: string): Promise<void> {
  const tail = (await app.log.readTail(GROUP))!
  const { seq, n } = tail
  await app.log.commit(GROUP, {
    entries: [
      {
        ...message(id),
        chatId: GROUP,
        seq: seq + 1,
        n: n + 1,
        createdAt: '2026-03-01T10:05:00.000Z',
        by: 'p2',
      } as never,
    ],
    writers: [ada.userId],
    guardSeq: seq,
  })
}

const types = async (app: MemoryApp) =>
  (await app.log.readFrom(GROUP, 4, 100)).map((entry) => (entry.type === 'chat' ? entry.name : entry.type))

test('in one process nothing comes between a check and its commit: messages and changes take turns', async () => {
  const app = await seededApp()
  const changes = ['a', 'b', 'c'].map((name) => rename(app, name))
  const sends = ['1', '2', '3'].map((id) => app.appender.append(GROUP, message(id)))
  await Promise.all([...changes.map(({ written }) => written), ...sends])
  expect(changes.map(({ tails }) => tails.length)).toEqual([1, 1, 1])
  expect(await types(app)).toEqual(['a', 'message', 'message', 'message', 'b', 'c'])
  await app.deliverer.idle()
})

test('what depends on the tail is decided again when another process was first; what does not, is not', async () => {
  for (const [anywhere, decisions] of [
    [false, 2],
    [true, 1],
  ] as const) {
    const app = await seededApp()
    const { commit } = app.log
    let raced = false
    app.log.commit = async (chatId, batch) => {
      if (!raced) {
        raced = true
        await foreign({ ...app, log: { ...app.log, commit } }, 'first')
      }
      return commit(chatId, batch)
    }
    const { tails, written } = rename(app, 'later', { anywhere })
    expect((await written).entries).toMatchObject([{ seq: 5, n: 1, name: 'later' }])
    expect(tails).toEqual([3, 4].slice(0, decisions))
    await app.deliverer.idle()
  }
})

test('a key that is there already is found, not written again', async () => {
  const app = await seededApp()
  const first = await rename(app, 'once').written
  const again = await rename(app, 'once').written
  expect([first.created, again.created]).toEqual([true, false])
  expect(again.entries).toMatchObject([{ seq: 4, name: 'once' }])
  await app.deliverer.idle()
})

test('an old key is found also where others write without a break', async () => {
  const app = await seededApp()
  await rename(app, 'once').written
  const { commit } = app.log
  let others = 0
  app.log.commit = async (chatId, batch) => {
    await foreign({ ...app, log: { ...app.log, commit } }, `other ${++others}`)
    return commit(chatId, batch)
  }
  const again = await rename(app, 'once', { anywhere: true }).written
  expect(again).toMatchObject({ created: false, entries: [{ seq: 4, name: 'once' }] })
  expect(others).toBe(3)
  await app.deliverer.idle()
})

test('whoever loses every race is told that the chat is busy, and others have had their turns', async () => {
  const app = await seededApp()
  const { commit } = app.log
  app.log.commit = async (chatId, batch) => {
    await app.time.sleep(50)
    return batch.entries[0]?.type === 'chat' ? { kind: 'conflict' } : commit(chatId, batch)
  }
  const lost = thrownBy(() => rename(app, 'never').written)
  const { entry } = await app.appender.append(GROUP, message('meanwhile'))
  expect(entry.seq).toBe(4)
  expect((await lost).code).toBe('busy')
  expect(app.time.now()).toBeGreaterThanOrEqual(Date.parse('2026-03-01T10:05:10.000Z'))
  await app.deliverer.idle()
})
