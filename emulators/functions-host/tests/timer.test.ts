// Timers, warm-up, generic triggers, entry files by glob, local.settings.json.
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/timers', import.meta.url))

test('timers fire at the start, by schedule, and at once when an occurrence was missed', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'functions-host-'))
  await mkdir(join(dataDir, 'timers'))
  await writeFile(
    join(dataDir, 'timers', 'missed.json'),
    '{"Last":"2020-01-01T00:00:00Z","Next":"2021-01-01T00:00:00Z","LastUpdated":"2020-01-01T00:00:00Z"}',
  )
  await using host = await spawnFunctionsHost({ app, log: 'info', dataDir })
  await host.logged('at-start pastDue=false')
  await host.logged(/missed pastDue=true .{0,3}\{.{0,3}"last.{0,5}2020-01-01/)
  await host.logged('every-second pastDue=false', 2)
  await host.close()
  const stored = JSON.parse(await readFile(join(dataDir, 'timers', 'missed.json'), 'utf8')) as {
    Next: string
  }
  expect(stored.Next).toMatch(/^20\d\d-01-01T00:00:00\.000Z$/)
  expect(stored.Next > '2026').toBe(true)
})

test('a retry policy runs a failing timer again, and tells it how often', async () => {
  await using host = await spawnFunctionsHost({ app, log: 'info' })
  await host.logged('stubborn 2 of 2')
  await host.close()
  expect(host.logs().match(/stubborn \d of ./g)).toEqual([
    'stubborn 0 of ?',
    'stubborn 1 of 2',
    'stubborn 2 of 2',
  ])
})

test('warm-up runs once before the host is ready; a trigger that is not implemented is said, and fired by hand', async () => {
  await using host = await spawnFunctionsHost({ app, log: 'info' })
  expect(host.logs().match(/warmed up/g)).toEqual(['warmed up'])
  await host.logged('customTrigger is not implemented')
  await fetch(`${host.url}/admin/functions/custom`, { method: 'POST', body: '{"input":{"a":1}}' })
  await host.logged('custom got {\\"a\\":1}')
})

test('settings of the host win over the environment and the file; CORS comes from the file', async () => {
  await using fromFile = await spawnFunctionsHost({ app })
  const response = await fetch(`${fromFile.url}/api/greeting`, { headers: { origin: 'http://any' } })
  expect(await response.text()).toBe('from the file')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  await using given = await spawnFunctionsHost({ app, settings: { GREETING: 'given' } })
  expect(await (await fetch(`${given.url}/api/greeting`)).text()).toBe('given')
})
