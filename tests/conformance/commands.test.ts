// Commands and their answers: each file is asked in the seeded world, through the very function behind the socket.
import { InvocationContext } from '@azure/functions'
import { runCommand } from '../../functions/events/command.ts'
import { loadEndpoints } from '../support/endpoints.ts'
import { readExamples } from './files.ts'
import { ada, seededApp } from './seeded.ts'

const files = readExamples('valid').filter(({ file }) => file.startsWith('reply.'))
const endpoints = (await loadEndpoints()).filter(({ command }) => command)
const commands = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]))
const logged: unknown[] = []
const context = new InvocationContext({
  functionName: 'web-pubsub-events',
  invocationId: 'trace-1',
  logHandler: (_level, ...lines) => logged.push(...lines),
})

test('every command has an answer among the files', () => {
  const shown = files.map(({ value }) => (value as { type: string }).type)
  expect([...commands.keys()].filter((name) => !shown.includes(name))).toEqual([])
})

test.each(files)('$file: $name', async ({ value, expect: expected }) => {
  const app = await seededApp()
  const reply = await runCommand(app, commands, ada, JSON.stringify(value), context)
  await app.deliverer.idle()
  expect(JSON.parse(JSON.stringify(reply))).toEqual(expected)
})

test('what is no JSON object is answered too, under no id', async () => {
  const app = await seededApp()
  for (const text of ['{"id":', '[]', '"me.get"', '']) {
    expect(await runCommand(app, commands, ada, text, context)).toMatchObject({
      type: 'reply',
      id: null,
      ok: false,
      error: { code: 'invalid-request', status: 400, traceId: 'trace-1' },
    })
  }
})

test('a command of a session that was ended is refused, under its id', async () => {
  const app = await seededApp()
  await app.sessions.revoke('ada', 's1', app.time.now())
  expect(await runCommand(app, commands, ada, '{"id":"9","type":"me.get"}', context)).toMatchObject({
    id: '9',
    ok: false,
    error: { code: 'unauthorized' },
  })
})

test('a fault of ours is internal, under its id; its text is for the log alone', async () => {
  const app = await seededApp()
  app.users.read = async () => {
    throw new Error('AccountKey=hunter2')
  }
  const reply = await runCommand(app, commands, ada, '{"id":"9","type":"me.get"}', context)
  expect(reply).toMatchObject({ id: '9', ok: false, error: { code: 'internal', status: 500 } })
  expect(JSON.stringify(reply)).not.toContain('hunter2')
  expect(logged).toEqual([expect.stringContaining('hunter2')])
})
