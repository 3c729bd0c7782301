// Definitions of resource types are read in the form in which they are published, and come back whole from the lines of the list.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTemplate } from '../../../infra/types/bicep.ts'
import { checkTemplates } from '../../../infra/types/check.ts'
import { listedTypes, listOf } from '../../../infra/types/list.ts'
import { publishedTypes } from '../../../infra/types/published.ts'

const to = (index: number) => ({ $ref: `#/${index}` })
const DEFINITIONS = [
  { $type: 'StringType', minLength: 3, maxLength: 5, pattern: '^[a-z]+$' },
  { $type: 'StringLiteralType', value: 'Round' },
  { $type: 'StringLiteralType', value: 'Square' },
  { $type: 'UnionType', elements: [to(1), to(2), to(0)] },
  { $type: 'IntegerType', minValue: 1, maxValue: 9 },
  { $type: 'BooleanType' },
  {
    $type: 'ObjectType',
    name: 'Round',
    properties: { kind: { type: to(1), flags: 1 }, radius: { type: to(4), flags: 1 } },
  },
  { $type: 'ObjectType', name: 'Square', properties: { kind: { type: to(2), flags: 1 } } },
  {
    $type: 'DiscriminatedObjectType',
    name: 'Form',
    discriminator: 'kind',
    baseProperties: { isFlat: { type: to(5), flags: 0 } },
    elements: { Round: to(6), Square: to(7) },
  },
  { $type: 'ArrayType', itemType: to(8) },
  {
    $type: 'ObjectType',
    name: 'Body',
    properties: {
      name: { type: to(0), flags: 9 },
      forms: { type: to(9), flags: 0 },
      secret: { type: to(3), flags: 4 },
      made: { type: to(0), flags: 2 },
      // Definitions may go in circles.
      inner: { type: to(10), flags: 0 },
    },
    additionalProperties: to(5),
  },
  {
    $type: 'ResourceType',
    name: 'Contoso.Demo/things@2026-01-01',
    body: to(10),
    readableScopes: 8,
    writableScopes: 12,
  },
]

const clone = mkdtempSync(join(tmpdir(), 'types-'))
afterAll(() => rmSync(clone, { recursive: true }))
const folder = join(clone, 'generated/demo/contoso.demo/2026-01-01')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'types.json'), JSON.stringify(DEFINITIONS))
const git = (...args: string[]) => execFileSync('git', ['-C', clone, ...args])
git('init', '-q')
git('add', '.')
git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'types')
const published = publishedTypes(clone)

const check = (text: string, typeOf = published) =>
  checkTemplates('thing.bicep', typeOf, (file) => readTemplate(file, text))
const thing = (properties: string) =>
  `resource thing 'Contoso.Demo/things@2026-01-01' = {\n  name: 'abc'\n${properties}\n}\n`

const GOOD = thing(`  forms: [{ kind: 'Round', radius: 3, isFlat: true }, { kind: 'Square' }]
  secret: 'Square'
  inner: { name: 'xyz', shiny: true }`)

test('what fits the published type has no complaint, and what it reaches is a line each', () => {
  const { complaints, reached } = check(`${GOOD}output made string = thing.made\n`)
  expect(complaints).toEqual([])
  const expected = {
    'Contoso.Demo/things': {
      version: '2026-01-01',
      scopes: 'subscription resourceGroup',
      body: {
        forms: 'array',
        'forms[]': 'required choice by kind',
        'forms[]{Round}': 'object',
        'forms[]{Round}/isFlat': 'bool',
        'forms[]{Round}/kind': 'required string: Round',
        'forms[]{Round}/radius': 'required int 1..9',
        'forms[]{Square}': 'object',
        'forms[]{Square}/kind': 'required string: Square',
        inner: 'object',
        'inner/*': 'bool',
        'inner/name': 'required string 3..5 /^[a-z]+$/',
        made: 'read-only string 3..5 /^[a-z]+$/',
        name: 'required string 3..5 /^[a-z]+$/',
        secret: 'write-only string: Round | Square',
      },
    },
  }
  expect(listOf(reached, published)).toEqual(expected)
})

const SLIPS: [string, string][] = [
  [
    thing("  forms: [{ kind: 'Oval' }]"),
    "thing.bicep:3 thing: forms[]/kind is 'Oval', not one of Round, Square",
  ],
  [thing("  forms: [{ kind: 'Round' }]"), 'thing.bicep:3 thing: forms[]{Round}/radius is missing'],
  [thing('  forms: [{ isFlat: true }]'), 'thing.bicep:3 thing: forms[]/kind is missing'],
  [thing("  secret: 'Blue'"), "thing.bicep:3 thing: secret is 'Blue', not one of Round, Square"],
  [thing("  made: 'abc'"), 'thing.bicep:3 thing: made is read-only'],
  [thing("  inner: { name: 'ab' }"), "thing.bicep:3 thing: inner/name is 'ab', shorter than 3"],
  [thing("  inner: { name: 'abcdef' }"), "thing.bicep:3 thing: inner/name is 'abcdef', longer than 5"],
  [thing("  inner: { name: 'a-c' }"), "thing.bicep:3 thing: inner/name is 'a-c', not /^[a-z]+$/"],
  [`${GOOD}output o string = thing.secret\n`, 'thing.bicep:7 thing.secret: there is no secret'],
  [`targetScope = 'tenant'\n${thing('')}`, 'thing.bicep:2 thing: is not deployed to a scope tenant'],
  [GOOD.replace('2026-01-01', '2026-01-02'), 'thing.bicep:1 there is no type Contoso.Demo/things@2026-01-02'],
]

test.each(SLIPS.map(([text, complaint]) => [complaint, text] as const))('%s', (complaint, text) => {
  expect(check(text).complaints).toEqual([complaint])
})

test('what the list keeps says the same as what was published', () => {
  const text = `${GOOD}output made string = thing.made\n`
  const listed = listedTypes(listOf(check(text).reached, published))
  expect(check(text, listed).complaints).toEqual([])
  for (const [slip, complaint] of SLIPS) expect(check(slip, listed).complaints).toEqual([complaint])
})
