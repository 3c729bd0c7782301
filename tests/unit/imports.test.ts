import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

// Who may import whom, arrows pointing down only. The first room that a path starts with is the one it lives in.
const MAY_IMPORT: Record<string, string[]> = {
  'functions/adapter': [
    'functions/adapter',
    'shared/app.ts',
    'shared/config.ts',
    'shared/services',
    'shared/protocol',
    'shared/domain',
  ],
  functions: ['functions', 'shared'],
  'shared/app.ts': ['shared'],
  'shared/config.ts': ['shared/config-settings.ts', 'shared/config-bots.ts', 'shared/domain'],
  'shared/config-settings.ts': ['shared/config-bots.ts', 'shared/domain'],
  'shared/config-bots.ts': ['shared/domain'],
  'shared/azure': [
    'shared/azure',
    'shared/config.ts',
    'shared/config-settings.ts',
    'shared/services/ports',
    'shared/protocol',
    'shared/domain',
  ],
  'shared/providers': ['shared/providers', 'shared/services/ports', 'shared/domain'],
  'shared/services': ['shared/services', 'shared/domain'],
  'shared/protocol': ['shared/protocol', 'shared/domain'],
  'shared/domain': ['shared/domain'],
  'shared/version.ts': [],
  'emulators/kit': ['emulators/kit'],
  'emulators/ai': ['emulators/ai', 'emulators/kit'],
  'emulators/azurite': ['emulators/azurite', 'emulators/kit'],
  'emulators/key-vault': ['emulators/key-vault', 'emulators/kit'],
  'emulators/cosmos': ['emulators/cosmos', 'emulators/kit'],
  'emulators/functions-host': ['emulators/functions-host', 'emulators/kit'],
  'emulators/web-pubsub': ['emulators/web-pubsub', 'emulators/kit'],
}
const AZURE_ROOMS = ['functions', 'shared/azure', 'shared/app.ts']

interface Import {
  file: string
  room: string
  target: string
}

const imports: Import[] = ['functions', 'shared', 'emulators']
  .flatMap((top) => readdirSync(top, { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)))
  .filter((file) => file.endsWith('.ts') && !/\/tests\/|\.d\.ts$|\.test\.ts$/.test(file))
  .flatMap((file) => {
    const room = Object.keys(MAY_IMPORT).find((name) => file === name || file.startsWith(`${name}/`))
    const lines = readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'([^']+)'/g)
    return [...lines].map(([, specifier]) => {
      const target = specifier!.startsWith('.') ? normalize(join(dirname(file), specifier!)) : specifier!
      return { file, room: room ?? 'nowhere', target }
    })
  })

test('there are imports to look at, and every file lives in a room', () => {
  expect(imports.length).toBeGreaterThan(200)
  expect(
    imports.filter(
      ({ room, file }) => room === 'nowhere' && !/^emulators\/(main|[a-z-]+\/bench)\.ts$/.test(file),
    ),
  ).toEqual([])
})

test('imports point down only', () => {
  const wrong = imports.filter(({ room, target }) => {
    if (!/^(functions|shared|emulators|client|web|local)\//.test(target)) return false
    const allowed = MAY_IMPORT[room]
    return (
      allowed !== undefined && !allowed.some((place) => target === place || target.startsWith(`${place}/`))
    )
  })
  expect(wrong).toEqual([])
})

// An expression may hold a query and a query holds expressions; connections know their hub and a hub its connections.
const CIRCLES = [
  'emulators/cosmos/query/compile-expression.ts',
  'emulators/cosmos/query/compile.ts',
  'emulators/cosmos/query/parse-expression.ts',
  'emulators/cosmos/query/parser.ts',
  'emulators/web-pubsub/connection.ts',
  'emulators/web-pubsub/hub.ts',
]

test('no file imports itself by a detour, types included, but where the thing itself is recursive', () => {
  const targets = Map.groupBy(imports, ({ file }) => file)
  const reachesItself = (file: string): boolean => {
    const seen = new Set<string>()
    const open = [file]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const { target } of targets.get(next) ?? []) {
        if (target === file) return true
        if (!seen.has(target)) open.push(target)
        seen.add(target)
      }
    }
    return false
  }
  expect([...targets.keys()].filter(reachesItself).sort()).toEqual(CIRCLES)
})

test('the Azure SDKs appear only where Azure is spoken', () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      target.startsWith('@azure/') &&
      file.startsWith('shared/') &&
      !AZURE_ROOMS.some((room) => file === room || file.startsWith(`${room}/`)),
  )
  expect(wrong).toEqual([])
})

test('only shared/config.ts reads the environment of the product', () => {
  const files = readdirSync('shared', { recursive: true, encoding: 'utf8' }).map((name) =>
    join('shared', name),
  )
  const own = [
    ...files,
    ...readdirSync('functions', { recursive: true, encoding: 'utf8' }).map((n) => join('functions', n)),
  ]
  const readers = own.filter(
    (file) => file.endsWith('.ts') && readFileSync(file, 'utf8').includes('process.env'),
  )
  expect(readers).toEqual(['shared/config.ts'])
})
