// The Bicep compiler is not to be had offline. This checks by the grammar what it would, and what it would not.
import { globSync, readFileSync } from 'node:fs'
import {
  bodyOf,
  descendants,
  hasDefault,
  isExisting,
  localNames,
  modulePath,
  paramsOf,
  readTemplate,
  type Template,
  targetOf,
  typeOf,
  valueAt,
} from '../../../infra/types/bicep.ts'

const templates = globSync('infra/*.bicep').map((file) => readTemplate(file))
const of = (file: string): Template => templates.find((each) => each.file === file)!
const main = of('infra/main.bicep')
const all = (kind: string) =>
  templates.flatMap((template) =>
    template.declarations.filter((each) => each.kind === kind).map((each) => ({ template, each })),
  )
const resources = all('resource').filter(({ each }) => !isExisting(each))
const typeName = (target: string): string => target.split('@')[0]!

test('every file fits the grammar', () => {
  expect(templates.length).toBeGreaterThan(15)
  expect(templates.flatMap(({ faults }) => faults)).toEqual([])
})

test('the check itself sees a missing brace, an unknown name and an unused one', () => {
  expect(readTemplate('broken.bicep', "resource a 'T@1' = {\n name: 'a'\n").faults).not.toEqual([])
  const text = 'param used string\nparam idle string\nvar other = concat(used, unknown)\n'
  const template = readTemplate('names.bicep', text)
  expect(template.uses).toEqual([
    { name: 'used', line: 3 },
    { name: 'unknown', line: 3 },
  ])
})

test('every name that is used is declared, and every parameter and variable is used', () => {
  const functions = new Set(['az', 'sys'])
  const unknown = templates.flatMap((template) => {
    const known = new Set([...template.declarations.map(({ name }) => name), ...localNames(template)])
    return template.uses
      .filter(({ name }) => !known.has(name) && !functions.has(name))
      .map(({ name, line }) => `${template.file}:${line} ${name}`)
  })
  const unused = templates.flatMap((template) => {
    const used = new Set(template.uses.map(({ name }) => name))
    return template.declarations
      .filter(({ kind, name }) => (kind === 'param' || kind === 'var') && !used.has(name))
      .map(({ name }) => `${template.file} ${name}`)
  })
  expect({ unknown, unused }).toEqual({ unknown: [], unused: [] })
})

// https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions
const FUNCTIONS =
  'concat deployer empty environment fail filter guid items loadJsonContent loadTextContent map replace resourceGroup startsWith string subscription subscriptionResourceId tenant union uniqueString'
const DECORATORS = 'allowed batchSize description maxLength maxValue minLength minValue'

test('every function and decorator that is called is one of the language, and each kind of a parameter', () => {
  const calls = templates.flatMap(({ root }) =>
    descendants(root).filter(({ type }) => type === 'call_expression'),
  )
  const names = (decorators: boolean) =>
    new Set(
      calls
        .filter(({ parent }) => (parent?.type === 'decorator') === decorators)
        .map((call) => call.namedChildren[0]!.text),
    )
  expect([...names(false)].sort()).toEqual(FUNCTIONS.split(' '))
  expect([...names(true)].sort()).toEqual(DECORATORS.split(' '))
  const kinds = [...all('param'), ...all('output')].map(({ each }) => typeOf(each))
  expect(
    kinds.filter((kind) => !/^(string|int|bool|object|array|string\[\]|\{ .+ \}\[\])$/.test(kind)),
  ).toEqual([])
})

test('no name is declared twice in a file, but for outputs, which are a world of their own', () => {
  const twice = templates.flatMap(({ file, declarations }) => {
    const names = declarations.filter(({ kind }) => kind !== 'output').map(({ name }) => name)
    return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${file} ${name}`)
  })
  expect(twice).toEqual([])
})

test('modules are there, get every parameter they require, of its kind, and none they do not know', () => {
  const wrong = all('module').flatMap(({ template, each }) => {
    const target = of(modulePath(template, each))
    if (!target) return [`${each.name}: there is no ${targetOf(each)}`]
    const params = target.declarations.filter(({ kind }) => kind === 'param')
    const given = paramsOf(each)
    const literal: Record<string, string> = { string: 'string', number: 'int', boolean: 'bool' }
    return [
      ...[...given.keys()]
        .filter((name) => !params.some((param) => param.name === name))
        .map((name) => `${each.name}: ${targetOf(each)} has no parameter ${name}`),
      ...params
        .filter((param) => !given.has(param.name) && !hasDefault(param))
        .map((param) => `${each.name}: ${param.name} is missing`),
      ...params.flatMap((param) => {
        const value = given.get(param.name)
        const handed = template.declarations.find(
          (own) => own.kind === 'param' && value?.type === 'identifier' && own.name === value.text,
        )
        const kind = handed ? typeOf(handed) : literal[value?.type ?? '']
        return kind && kind !== typeOf(param)
          ? [`${each.name}: ${param.name} is ${typeOf(param)}, not ${kind}`]
          : []
      }),
    ]
  })
  expect(all('module').length).toBeGreaterThan(15)
  expect(wrong).toEqual([])
})

/** A property of a module in main.bicep, such as what it waits for. */
const ofModule = (name: string, property: string): string | undefined => {
  const module = main.declarations.find((each) => each.kind === 'module' && each.name === name)!
  return bodyOf(module.node).get(property)?.text
}

test('what runs as an identity waits until that has its roles, and for the private ways to what it reaches', () => {
  expect(ofModule('app', 'dependsOn')).toBe('[access, privateEndpoints]')
  expect(ofModule('secondApp', 'dependsOn')).toBe('[access, secondEndpoints]')
  expect(ofModule('devices', 'dependsOn')).toBe('[access]')
})

test('two regions have a private network each, with zones of their own, and services take one endpoint at a time', () => {
  for (const [name, group] of [
    ['network', 'group'],
    ['privateEndpoints', 'group'],
    ['secondNetwork', 'resourceGroup(secondGroupName)'],
    ['secondEndpoints', 'resourceGroup(secondGroupName)'],
  ] as const)
    expect(ofModule(name, 'scope')).toBe(group)
  const targets = ['privateEndpoints', 'secondEndpoints'].map((name) =>
    paramsOf(main.declarations.find((each) => each.kind === 'module' && each.name === name)!).get('targets'),
  )
  expect(targets.map((each) => each?.text)).toEqual(Array(2).fill('concat(alwaysPrivate, aiPrivate)'))
  // An account that is about to take one endpoint refuses another.
  const endpoints = of('infra/private-endpoints.bicep').declarations.find(({ name }) => name === 'endpoints')!
  expect(endpoints.node.previousNamedSibling?.text).toBe('@batchSize(1)')
  expect(ofModule('secondEndpoints', 'dependsOn')).toBe('[secondGroup, privateEndpoints]')
  expect(ofModule('secondNetwork', 'dependsOn')).toBe('[secondGroup]')
})

test('what Azure would refuse after minutes is refused at once', () => {
  const refusals = [...main.root.text.matchAll(/^var \w+ = (.+)\n {2}\? fail\('(.+)'\)/gm)]
  expect(refusals.map(([, condition, reason]) => [condition, reason])).toEqual([
    [
      '!empty(secondaryLocation) && !canHaveSecond',
      'A second region needs cosmosMode autoscale and a Premium tier of Web PubSub.',
    ],
    [
      "privateNetwork && webPubSubSku == 'Free_F1'",
      'A private network needs a paid tier of Web PubSub: the free one takes no private endpoint.',
    ],
  ])
})

// Refused with "The following site configuration property … for Flex Consumption sites is invalid" (51021).
const NOT_ON_FLEX =
  /\b(alwaysOn|ftpsState|use32BitWorkerProcess|netFrameworkVersion|functionAppScaleLimit|linuxFxVersion|nodeVersion|preWarmedInstanceCount|functionsRuntimeScaleMonitoringEnabled)\b/

test('a function app has no property that Flex Consumption refuses', () => {
  expect(of('infra/functions.bicep').root.text).not.toMatch(NOT_ON_FLEX)
  expect('ftpsState: Disabled').toMatch(NOT_ON_FLEX)
})

test('in a private network what no rule names may reach Web PubSub, and the public network has its rule', () => {
  const service = of('infra/realtime.bicep').declarations.find(({ name }) => name === 'service')!
  const rules = valueAt(service, 'properties', 'networkACLs')!.replace(/\s+/g, ' ')
  // An endpoint's own rule would bear a name that Azure gives it, and a deployment without the rule would take it away.
  expect(rules).toContain(
    "privateNetwork ? { defaultAction: 'Allow' publicNetwork: { deny: ['ServerConnection', 'RESTAPI', 'Trace'] } privateEndpoints: [] }",
  )
})

test('every module is used, and every output that is read exists', () => {
  const used = all('module').map(({ template, each }) => modulePath(template, each))
  const idle = templates.map(({ file }) => file).filter((file) => file !== main.file && !used.includes(file))
  const reads = [...main.root.text.matchAll(/(\w+)\.\??outputs\.(\w+)/g)]
  const missing = reads.filter(([, module, output]) => {
    const declared = main.declarations.find(({ kind, name }) => kind === 'module' && name === module)
    const target = declared && of(modulePath(main, declared))
    return !target?.declarations.some(({ kind, name }) => kind === 'output' && name === output)
  })
  expect(reads.length).toBeGreaterThan(40)
  expect({ idle, missing: missing.map(([text]) => text) }).toEqual({ idle: [], missing: [] })
})

test('no type is used in two versions', () => {
  const used = [...new Set(all('resource').map(({ each }) => targetOf(each)))]
  expect(new Set(used.map(typeName)).size).toBe(used.length)
})

test('every parameter and every output says what it is, parameters whether they are needed', () => {
  const wrong = [...all('param'), ...all('output')].filter(
    ({ each: { kind, node, description } }) =>
      !description ||
      (kind === 'param' &&
        !description.startsWith(
          hasDefault({ kind, node, name: '', description }) ? 'Optional. ' : 'Required. ',
        )),
  )
  expect(wrong.map(({ template, each }) => `${template.file} ${each.name}`)).toEqual([])
  expect(
    templates.filter(({ root }) => !/^metadata description = '/m.test(root.text)).map(({ file }) => file),
  ).toEqual([])
})

test('nothing differs from one deployment to the next: no clock and no chance', () => {
  const texts = globSync('infra/*.bicep*').map((file) => [file, readFileSync(file, 'utf8')] as const)
  expect(texts.map(([file]) => file)).toContain('infra/main.bicepparam')
  const moving = texts
    .filter(([, text]) => /\b(utcNow|newGuid|dateTime\w*)\(/.test(text))
    .map(([file]) => file)
  expect(moving).toEqual([])
})

test('outputs are names and addresses; nothing lists a key', () => {
  const secret = all('output').filter(({ each }) => /secret|key(?!_?vault)|password|token/i.test(each.name))
  expect(secret.map(({ each }) => each.name)).toEqual([])
  const lists = templates
    .filter(({ root }) => /\blist\w*\(|@secure\(/.test(root.text))
    .map(({ file }) => file)
  expect(lists).toEqual([])
})

// Services with keys of their own, and the property that switches them off.
const LOCAL_AUTH: [string, string, string][] = [
  ['Microsoft.CognitiveServices/accounts', 'disableLocalAuth', 'true'],
  ['Microsoft.Communication/communicationServices', 'disableLocalAuth', 'true'],
  ['Microsoft.Devices/IotHubs', 'disableLocalAuth', 'true'],
  ['Microsoft.DocumentDB/databaseAccounts', 'disableLocalAuth', 'true'],
  ['Microsoft.EventHub/namespaces', 'disableLocalAuth', 'true'],
  ['Microsoft.Insights/components', 'DisableLocalAuth', 'true'],
  ['Microsoft.KeyVault/vaults', 'enableRbacAuthorization', 'true'],
  ['Microsoft.SignalRService/webPubSub', 'disableLocalAuth', 'true'],
  ['Microsoft.Storage/storageAccounts', 'allowSharedKeyAccess', 'false'],
  ['Microsoft.Storage/storageAccounts', 'allowBlobPublicAccess', 'false'],
  ['Microsoft.Web/sites', 'httpsOnly', 'true'],
]

test.each(LOCAL_AUTH)('%s has %s: %s', (type, property, expected) => {
  const found = resources.filter(({ each }) => typeName(targetOf(each)) === type)
  expect(found.length).toBeGreaterThan(0)
  expect(found.map(({ each }) => valueAt(each, 'properties', property))).toEqual(found.map(() => expected))
})

test('containers, queues and blob containers come whole from the file that the local stack creates from', () => {
  const containers = of('infra/data.bicep').declarations.find(({ name }) => name === 'containers')!
  expect(valueAt(containers, 'properties', 'resource')).toBe('container')
  expect(containers.node.text).toContain('for container in plan.containers:')
  for (const file of ['infra/data.bicep', 'infra/storage.bicep']) {
    expect(of(file).root.text).toContain("var plan = loadJsonContent('containers.json')")
  }
  const storage = of('infra/storage.bicep').root.text
  expect(storage).toContain('for queue in concat(plan.queues, poisonQueues):')
  expect(storage).toContain('for container in concat(plan.blobContainers, packageContainers):')
})

test('each alert has its runbook', () => {
  const operations = readFileSync('docs/operations.md', 'utf8')
  const alerts = of('infra/alerts.bicep').declarations.filter(
    ({ kind, name }) => kind === 'var' && ['metrics', 'queries'].includes(name),
  )
  const names = alerts.flatMap(({ node }) =>
    descendants(node)
      .filter(
        ({ type, parent }) => type === 'object' && parent?.type === 'array' && parent.parent?.id === node.id,
      )
      .map((object) => bodyOf(object).get('name')!.text.slice(1, -1)),
  )
  expect(names).toHaveLength(10)
  expect(names.filter((name) => !operations.includes(`### ${name}\n`))).toEqual([])
})
