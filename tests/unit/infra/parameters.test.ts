// main.bicepparam and the two tiers: each parameter comes from one place, and tiers differ in values only.
import { globSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { hasDefault, readTemplate, typeOf } from '../../../infra/types/bicep.ts'

const main = readTemplate('infra/main.bicep')
const params = main.declarations.filter(({ kind }) => kind === 'param')
const file = readFileSync('infra/main.bicepparam', 'utf8')
const given = new Map([...file.matchAll(/^param (\w+) = (.+)$/gm)].map(([, name, value]) => [name!, value!]))
const tier = z.record(z.string(), z.json())
const tiers = Object.fromEntries(
  globSync('infra/parameters/*.json').map((path) => [
    path.replace(/.*\/(\w+)\.json$/, '$1'),
    tier.parse(JSON.parse(readFileSync(path, 'utf8'))),
  ]),
)

test('the file parses once its own keyword is put aside', () => {
  const text = file.replace(/^using .*$/m, '').replace(/^param /gm, 'var ')
  expect(readTemplate('main.bicepparam', text).faults).toEqual([])
  expect(file).toContain("using './main.bicep'")
})

test('it sets parameters that there are, and every one that has no default', () => {
  const known = params.map(({ name }) => name)
  expect([...given.keys()].filter((name) => !known.includes(name))).toEqual([])
  const needed = params.filter((param) => !hasDefault(param)).map(({ name }) => name)
  expect(needed.filter((name) => !given.has(name))).toEqual([])
})

test('dev and prod have the same keys, each of them a parameter of the same name, none idle', () => {
  expect(Object.keys(tiers).sort()).toEqual(['dev', 'prod'])
  const fromTier = [...given].filter(([, value]) => value.startsWith('tier.')).map(([name]) => name)
  expect(fromTier.filter((name) => given.get(name) !== `tier.${name}`)).toEqual([])
  for (const values of Object.values(tiers)) expect(Object.keys(values).sort()).toEqual([...fromTier].sort())
})

test.each(['dev', 'prod'])(
  'the values of %s are of the kind that their parameters want, and allowed',
  (name) => {
    const kinds: Record<string, (value: unknown) => boolean> = {
      int: Number.isInteger,
      bool: (value) => typeof value === 'boolean',
      string: (value) => typeof value === 'string',
      object: (value) => typeof value === 'object' && !Array.isArray(value),
      array: Array.isArray,
    }
    const wrong = Object.entries(tiers[name]!).filter(([key, value]) => {
      const param = params.find((each) => each.name === key)!
      const type = typeOf(param)
      const decorators = param.node.previousNamedSibling?.text ?? ''
      const allowed = [
        ...(/@allowed\(\[([^\]]*)\]/.exec(decorators)?.[1] ?? '').matchAll(/'([^']*)'|(\d+)/g),
      ].map(([, text, number]) => text ?? Number(number))
      const min = Number(/@minValue\((-?\d+)\)/.exec(decorators)?.[1] ?? Number.NEGATIVE_INFINITY)
      const max = Number(/@maxValue\((\d+)\)/.exec(decorators)?.[1] ?? Number.POSITIVE_INFINITY)
      return (
        !kinds[type.endsWith('[]') ? 'array' : type]!(value) ||
        (allowed.length > 0 && !allowed.some((each) => each === value)) ||
        Number(value) < min ||
        Number(value) > max
      )
    })
    expect(wrong).toEqual([])
  },
)

test('production outlives a zone, is kept warm and cannot be destroyed in haste', () => {
  expect(tiers.prod).toMatchObject({
    zoneRedundant: true,
    purgeProtection: true,
    cosmosMode: 'autoscale',
    webPubSubSku: 'Premium_P1',
    // A zone-redundant plan wants at least two of each group.
    alwaysReady: [
      { name: 'http', instanceCount: 2 },
      { name: 'function:on-chat-change', instanceCount: 2 },
    ],
  })
})

test('development costs nothing while nobody uses it, but for the polls of the feed', () => {
  expect(tiers.dev).toMatchObject({
    alwaysReady: [],
    webPubSubSku: 'Free_F1',
    cosmosMode: 'serverless',
    pageSku: 'Free',
    aiModels: [],
    hasDevices: false,
    hasMail: false,
  })
})
