import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build, measureLoad } from '../build.ts'
import { lock } from '../lock.ts'
import { run, temporaryFolder } from './run.ts'

test('the deployable is one small file that loads without node_modules', async () => {
  await using folder = await temporaryFolder()
  await build(folder.path)
  expect((await readdir(folder.path)).sort()).toEqual([
    'host.json',
    'main.cjs',
    'main.cjs.map',
    'package.json',
  ])
  expect(JSON.parse(await readFile(join(folder.path, 'package.json'), 'utf8'))).toEqual({
    name: 'parley',
    version: '0.1.0',
    main: 'main.cjs',
    engines: { node: '>=24' },
  })
  expect((await stat(join(folder.path, 'main.cjs'))).size).toBeLessThan(1_500_000)
  expect(await measureLoad(join(folder.path, 'main.cjs'))).toBeGreaterThan(0)
})

test('npm run func explains how to get Core Tools where there are none', async () => {
  const { code, stderr } = await run('func.ts', [], { PATH: '/nowhere' }).ended
  expect(code).toBe(1)
  expect(stderr).toContain('npm install -g azure-functions-core-tools@4')
})

test('npm run func starts Core Tools on the deployable, pointed at the running stack', async () => {
  await using folder = await temporaryFolder()
  const func = join(folder.path, 'func')
  await writeFile(func, '#!/bin/sh\necho "$@"; cat local.settings.json\n', { mode: 0o755 })
  const data = join(folder.path, 'data')
  await using stack = run('start.ts', ['--ports', '0', '--data', data, '--json', '--no-host'])
  const { api, queue, accounts } = await stack.ready
  expect(accounts).toEqual([])
  const { code, stdout } = await run('func.ts', ['--data', data], { PATH: `${folder.path}:/bin:/usr/bin` })
    .ended
  expect(code).toBe(0)
  const [command = '', ...rest] = stdout.split('\n')
  expect(command).toBe(`start --port ${new URL(api).port}`)
  const { IsEncrypted, Values } = JSON.parse(rest.join('\n'))
  expect(IsEncrypted).toBe(false)
  expect(Values).toMatchObject({ ISSUER: api, COSMOS_DATABASE: 'parley' })
  expect(Values.AzureWebJobsStorage).toContain(`QueueEndpoint=${queue};`)
})

test('npm run func takes Core Tools down with it, whoever stops it', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'func'), '#!/bin/sh\necho $$; exec sleep 600\n', { mode: 0o755 })
  const data = join(folder.path, 'data')
  await mkdir(data)
  await writeFile(join(data, 'app-settings.json'), '{}')
  await using _stack = await lock(data)
  await using func = run('func.ts', ['--data', data], { PATH: `${folder.path}:/bin:/usr/bin` })
  const [line] = await once(createInterface(func.process.stdout!), 'line')
  const pid = Number(line)
  expect(isThere(pid)).toBe(true)
  func.process.kill('SIGTERM')
  await once(func.process, 'exit')
  const isLeft = isThere(pid)
  // Else it would hold on to the output that is waited for below.
  if (isLeft) process.kill(pid)
  expect(isLeft).toBe(false)
})

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('npm run reset touches nothing that is not a data folder', async () => {
  await using folder = await temporaryFolder()
  await build(folder.path)
  const { code, stderr } = await run('reset.ts', ['--data', folder.path]).ended
  expect(code).toBe(1)
  expect(stderr).toContain('nothing is deleted')
  expect(await readdir(folder.path)).toContain('main.cjs')
})
