// Every property that a template writes or reads is held to infra/resource-types.json, which `npm run infra:types` takes from the
// published definitions. What fails here because the list lacks it may be right: take the list anew, and that will tell.
import { globSync, readFileSync } from 'node:fs'
import { readTemplate } from '../../../infra/types/bicep.ts'
import { checkTemplates } from '../../../infra/types/check.ts'
import { listedTypes, listOf, readList } from '../../../infra/types/list.ts'

const MAIN = 'infra/main.bicep'
const list = readList()
const typeOf = listedTypes(list)

test('every resource fits its type, every module its parameters, every read what there is', () => {
  expect(checkTemplates(MAIN, typeOf).complaints).toEqual([])
})

test('one property is excused from its type, which is behind what Azure documents', () => {
  const excused = globSync('infra/*.bicep').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/#disable.*\n\s*(\w+)/g)].map(([, name]) => `${file} ${name}`),
  )
  expect(excused).toEqual(['infra/functions.bicep siteUpdateStrategy'])
})

test('the list has what the templates reach and nothing else', () => {
  const { reached } = checkTemplates(MAIN, typeOf)
  expect(listOf(reached, typeOf)).toEqual(list)
  expect(Object.keys(list)).toHaveLength(45)
})

const parsed = new Map<string, ReturnType<typeof readTemplate>>()
function readOnce(file: string) {
  const template = parsed.get(file) ?? readTemplate(file)
  parsed.set(file, template)
  return template
}

/** What is said when one text in one file is another. */
function complaintsOf(file: string, right: string, wrong: string): string[] {
  const text = readFileSync(file, 'utf8')
  expect(text.split(right)).toHaveLength(2)
  const broken = readTemplate(
    file,
    text.replace(right, () => wrong),
  )
  expect(broken.faults).toEqual([])
  return checkTemplates(MAIN, typeOf, (each) => (each === file ? broken : readOnce(each))).complaints
}

/** What is broken, in which module, the right text, the wrong one, and what is said of it. */
const BREAKAGES: [string, string, string, string, string][] = [
  [
    'a misspelt property',
    'vault',
    'enableSoftDelete: true',
    'enableSoftDeletes: true',
    'infra/vault.bicep vault: there is no property properties/enableSoftDeletes',
  ],
  [
    'a misspelt property on the top',
    'ai',
    "kind: 'OpenAI'",
    "kinds: 'OpenAI'",
    'infra/ai.bicep account: there is no property kinds',
  ],
  [
    'a property deep in a list',
    'functions',
    'name: setting.key, value: setting.value',
    'name: setting.key, values: setting.value',
    'infra/functions.bicep app: there is no property properties/siteConfig/appSettings[]/values',
  ],
  [
    'a text for a bool',
    'functions',
    'httpsOnly: true',
    "httpsOnly: 'true'",
    'infra/functions.bicep app: properties/httpsOnly is string, not bool',
  ],
  [
    'one value for a list',
    'alerts',
    'scopes: [insightsId]',
    'scopes: insightsId',
    'infra/alerts.bicep logAlerts: properties/scopes is string, not array',
  ],
  [
    'a literal that is not allowed',
    'storage',
    "minimumTlsVersion: 'TLS1_2'",
    "minimumTlsVersion: 'TLS12'",
    "infra/storage.bicep account: properties/minimumTlsVersion is 'TLS12', not one of TLS1_0, TLS1_1, TLS1_2, TLS1_3",
  ],
  [
    'a literal in one branch',
    'ai',
    "privateNetwork ? 'Disabled' : 'Enabled'",
    "privateNetwork ? 'Off' : 'Enabled'",
    "infra/ai.bicep account: properties/publicNetworkAccess is 'Off', not one of Enabled, Disabled",
  ],
  [
    'a literal that a loop takes from a variable',
    'alerts',
    "aggregation: 'Average'",
    "aggregation: 'Mean'",
    "infra/alerts.bicep metricAlerts: properties/criteria{Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria}/allOf[]/timeAggregation is 'Mean', not one of Average, Count, Minimum, Maximum, Total",
  ],
  [
    'a literal that comes from a parameter of a module',
    'main',
    "hasSecond ? 'Standard_GZRS'",
    "hasSecond ? 'Standard_GZR'",
    "infra/main.bicep account: sku/name is 'Standard_GZR', not one of Standard_LRS, Standard_GRS, Standard_RAGRS, Standard_ZRS, Premium_LRS, Premium_ZRS, Standard_GZRS, Standard_RAGZRS, StandardV2_LRS, StandardV2_GRS, StandardV2_ZRS, StandardV2_GZRS, PremiumV2_LRS, PremiumV2_ZRS",
  ],
  [
    'a value that the parameter of a module does not allow',
    'realtime',
    "'Premium_P2'])",
    "'Premium_P3'])",
    "infra/main.bicep realtime: sku is 'Premium_P2', not one of Free_F1, Standard_S1, Premium_P1, Premium_P3",
  ],
  [
    'a variant that there is not',
    'data',
    "type: 'Continuous'",
    "type: 'Continuos'",
    "infra/data.bicep account: properties/backupPolicy/type is 'Continuos', not one of Continuous",
  ],
  [
    'a kind of another kind',
    'data',
    "type: 'Continuous'",
    'type: 7',
    'infra/data.bicep account: properties/backupPolicy/type is int, not string',
  ],
  [
    'a property of another variant',
    'data',
    'continuousModeProperties: { tier',
    'periodicModeProperties: { tier',
    'infra/data.bicep account: there is no property properties/backupPolicy{Continuous}/periodicModeProperties',
  ],
  [
    'a number that is too high',
    'hub',
    'webSocketKeepAliveIntervalInSeconds: 20',
    'webSocketKeepAliveIntervalInSeconds: 200',
    'infra/hub.bicep settings: properties/webSocketKeepAliveIntervalInSeconds is 200, not 1..120',
  ],
  [
    'a required property that is missing',
    'vault',
    "sku: { family: 'A', name: 'standard' }",
    "sku: { name: 'standard' }",
    'infra/vault.bicep vault: properties/sku/family is missing',
  ],
  [
    'a required property that may be null',
    'vault',
    'tenantId: tenant().tenantId',
    'tenantId: purgeProtection ? tenant().tenantId : null',
    'infra/vault.bicep vault: properties/tenantId is required, and may be null',
  ],
  [
    'a property that is only read',
    'data',
    "databaseAccountOfferType: 'Standard'",
    "databaseAccountOfferType: 'Standard', documentEndpoint: name",
    'infra/data.bicep account: properties/documentEndpoint is read-only',
  ],
  [
    'a property that is given twice',
    'identity',
    'tags: tags',
    'tags: tags, tags: {}',
    'infra/identity.bicep tags is given twice',
  ],
  [
    'a read of what a resource has not',
    'realtime',
    'service.properties.hostName',
    'service.properties.hostNames',
    'infra/realtime.bicep service.properties.hostNames: there is no hostNames',
  ],
  [
    'a read of what a module does not give',
    'main',
    'webPubSubId: realtime.outputs.id\n    webPubSubReplicaId',
    'webPubSubId: realtime.outputs.ids\n    webPubSubReplicaId',
    'infra/main.bicep realtime.outputs.ids: there is no ids',
  ],
  [
    'a read of what is there on a condition only',
    'main',
    "mail.?outputs.endpoint ?? ''",
    'mail.outputs.endpoint',
    'infra/main.bicep mail.outputs: what it reads is there on a condition only; read it by .?',
  ],
  [
    'a read of a file that lacks it',
    'storage',
    'plan.queues, poisonQueues',
    'plan.queue, poisonQueues',
    'infra/storage.bicep plan.queue: there is no queue',
  ],
  [
    'a parameter that a module has not',
    'main',
    'sku: storageSku',
    'skus: storageSku',
    'infra/main.bicep storage: there is no property skus',
  ],
  [
    'a parameter that a module requires',
    'main',
    '    deleteRetentionDays: deletedRetentionDays\n',
    '',
    'infra/main.bicep storage: deleteRetentionDays is missing',
  ],
  [
    'a parameter of another kind',
    'main',
    'models: aiModels',
    'models: aiLocation',
    'infra/main.bicep ai: models is string, not array',
  ],
  [
    'an object that lacks what a parameter wants',
    'main',
    "{ name: 'cosmos', id: data.outputs.id, group: 'Sql', zone:",
    "{ name: 'cosmos', id: data.outputs.id, zones:",
    'infra/main.bicep privateEndpoints: targets[]/group is missing',
  ],
  [
    'an output of another kind than it declares',
    'network',
    'output id string = network.id',
    'output id int = network.id',
    'infra/network.bicep id is string, not int',
  ],
  [
    'the wrong parent',
    'storage',
    'parent: blobs',
    'parent: account',
    'infra/storage.bicep blobContainers: parent is a Microsoft.Storage/storageAccounts, not a Microsoft.Storage/storageAccounts/blobServices',
  ],
  [
    'no parent',
    'ai',
    'parent: account\n    name: model.name',
    "name: 'gpt'",
    "infra/ai.bicep deployments: name 'gpt' has not the 2 segments of its type",
  ],
  [
    'an id where a resource stands',
    'vault',
    'scope: vault',
    'scope: vault.id',
    'infra/vault.bicep audit: scope is no resource',
  ],
  [
    'a resource at a scope that it does not have',
    'identity',
    'metadata description',
    "targetScope = 'subscription'\nmetadata description",
    'infra/identity.bicep identity: is not deployed to a scope subscription',
  ],
  [
    'a module without the scope that it needs',
    'main',
    "name: 'network'\n  scope: group",
    "name: 'network'",
    'infra/main.bicep network: is deployed to a scope subscription, not resourceGroup',
  ],
  [
    'waiting for what is no resource',
    'main',
    'dependsOn: [access, privateEndpoints]',
    'dependsOn: [access, hub]',
    'infra/main.bicep app: waits for hub, which is no resource and no module',
  ],
  [
    'a name that is too long',
    'main',
    "var name = 'parley-",
    "var name = 'parley-prod-",
    "infra/main.bicep vault: name is 'parley-prod-abcdefghijklm', not /^[a-zA-Z0-9-]{3,24}$/",
  ],
  [
    'a name that is known too late',
    'main',
    "name: 'network'",
    'name: page.outputs.name',
    'infra/main.bicep page.outputs.name must be known when the deployment starts',
  ],
  [
    'a condition that is known too late',
    'main',
    "if (isPrivate) {\n  name: 'network'",
    "if (!empty(origins)) {\n  name: 'network'",
    'infra/main.bicep (!empty(origins)) must be known when the deployment starts',
  ],
  [
    'a version that the list has not',
    'web',
    'staticSites@2024-11-01',
    'staticSites@2024-11-02',
    'infra/web.bicep there is no type Microsoft.Web/staticSites@2024-11-02',
  ],
  [
    'a function that the check does not know',
    'workbook',
    "guid(insightsId, 'workbook')",
    'newGuid()',
    'infra/workbook.bicep the check does not know the function newGuid',
  ],
]

test.each(BREAKAGES)('%s is found (%s.bicep)', (_, file, right, wrong, complaint) => {
  const found = complaintsOf(`infra/${file}.bicep`, right, wrong)
  expect(found.map((each) => each.replace(/:\d+ /, ' '))).toContain(complaint)
})

test('a slip brings no complaint but its own, once, and names its line', () => {
  const found = complaintsOf('infra/storage.bicep', "accessTier: 'Hot'", "accesTier: 'Hot'")
  const line = readFileSync('infra/storage.bicep', 'utf8').split('\n').indexOf("    accessTier: 'Hot'") + 1
  expect(found).toEqual([`infra/storage.bicep:${line} account: there is no property properties/accesTier`])
})
