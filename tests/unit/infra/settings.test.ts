// What the templates set is what the code reads, and what the identity may do is what the code does.
import { globSync, readFileSync } from 'node:fs'
import { bodyOf, descendants, readTemplate, unquote } from '../../../infra/types/bicep.ts'

const main = readTemplate('infra/main.bicep')
const access = readTemplate('infra/access.bicep')
const config = ['shared/config.ts', 'shared/config-settings.ts']
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')
const product = globSync(['functions/**/*.ts', 'shared/**/*.ts']).map((file) => readFileSync(file, 'utf8'))

const variable = (name: string) =>
  main.declarations.find((each) => each.kind === 'var' && each.name === name)!

/** The app settings that Azure has, those of an app that stands by included. */
const inAzure = ['appSettings', 'standby'].flatMap((name) => [...bodyOf(variable(name).node).keys()])

/** The keys of the one schema in config-settings.ts, and what is read beside it. */
const [, schema] = /const settings = z\.object\(\{\n([\s\S]*?)\n\}\)/.exec(config)!
const read = [
  ...[...schema!.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name!),
  ...[...config.matchAll(/environment\.([A-Z_]+)/g)].map(([, name]) => name!),
]

/** What the host reads, not our code. */
const OF_THE_HOST = [
  /^APPLICATIONINSIGHTS_(CONNECTION|AUTHENTICATION)_STRING$/,
  /^AzureFunctionsJobHost__\w+$/,
  /^AzureWebJobsStorage__(clientId|credential|blobServiceUri|queueServiceUri)$/,
  /^Cosmos__(clientId|credential)$/,
  /^OTEL_TRACES_SAMPLER(_ARG)?$/,
]

/** What our code reads and Azure does not have, and why. */
const NOT_IN_AZURE: Record<string, string> = {
  ATTACHMENT_LIMITS: 'its defaults are good; extraSettings changes them',
  AZURE_OPENAI_API_KEY: 'the identity signs in; a key would lie in the vault',
  AZURE_OPENAI_API_VERSION: 'its default is good; extraSettings changes it',
  AzureWebJobsStorage: 'a connection string: emulators only',
  BOT_TOOLS: 'none by default; extraSettings sets them',
  BOT_TOOL_HOSTS: 'goes with BOT_TOOLS',
  BOT_TOOL_NETWORKS: 'goes with BOT_TOOLS',
  BOT_QUOTAS: 'no limits by default; extraSettings sets them',
  Cosmos: 'a connection string: emulators only',
  ENTRA_AUTHORITY: 'its default is that of the public cloud',
  FIRST_TOKEN_MS: 'its default is good; extraSettings changes it',
  GEMINI_API_KEY: 'lies in the vault',
  GEMINI_BASE_URL: 'emulators only',
  JOB_LEASE_MS: 'its default is good; extraSettings changes it',
  MODERATION_PATTERNS: 'nothing is forbidden by default; extraSettings sets them',
  OPENAI_API_KEY: 'lies in the vault',
  OPENAI_BASE_URL: 'only for other servers than OpenAI; extraSettings sets it',
  ADMINS: 'nobody, until extraSettings names a handle that is registered',
  RATE_PER_SECOND: 'its default is good; extraSettings changes it',
  RATE_BURST: 'its default is good; extraSettings changes it',
  SEARCH_RATE_PER_SECOND: 'its default is good; extraSettings changes it',
  SEARCH_RATE_BURST: 'its default is good; extraSettings changes it',
  SYNC_RATE_PER_SECOND: 'its default is good; extraSettings changes it',
  SYNC_RATE_BURST: 'its default is good; extraSettings changes it',
  REPAIR_AFTER_MS: 'its default is good; extraSettings changes it',
  RESCUE_AFTER_MS: 'its default is good; extraSettings changes it',
  RESCUE_SCHEDULE: 'its default is good; extraSettings changes it',
  SECRETS_REFRESH_MS: 'its default is good; extraSettings changes it',
  SIGNING_KEYS: 'lie in the vault',
  UPLOAD_MAX_AGE_MS: 'its default is good; extraSettings changes it',
  WebPubSub: 'a connection string: emulators only',
}

test('there is something to compare', () => {
  expect(read.length).toBeGreaterThan(15)
  expect(inAzure.length).toBeGreaterThan(15)
})

test('every setting that is set is read, by our code or by the host', () => {
  const idle = inAzure.filter((name) => !read.includes(name) && !OF_THE_HOST.some((host) => host.test(name)))
  expect(idle).toEqual([])
})

test('every setting that is read is set, or has its reason', () => {
  expect(read.filter((name) => !inAzure.includes(name) && !(name in NOT_IN_AZURE))).toEqual([])
})

test('no reason outlives its setting', () => {
  expect(Object.keys(NOT_IN_AZURE).filter((name) => !read.includes(name) || inAzure.includes(name))).toEqual(
    [],
  )
})

test('nothing that alerts count is sampled away', () => {
  const settings = bodyOf(variable('appSettings').node)
  expect(settings.get('OTEL_TRACES_SAMPLER')?.text).toBe("'microsoft.fixed_percentage'")
  expect(settings.get('OTEL_TRACES_SAMPLER_ARG')?.text).toBe("'1.0'")
})

test('the settings that Functions ignores or refuses on Flex Consumption are not set', () => {
  const banned = ['FUNCTIONS_WORKER_RUNTIME', 'WEBSITE_RUN_FROM_PACKAGE', 'FUNCTIONS_EXTENSION_VERSION']
  expect(inAzure.filter((name) => banned.includes(name) || name.startsWith('SCM_'))).toEqual([])
})

// What the code does, as its imports and bindings tell, and the role that this takes.
const NEEDS: [RegExp, string[]][] = [
  [/from '@azure\/functions'/, ['Storage Blob Data Owner', 'Monitoring Metrics Publisher']],
  [/functions\.storageQueue\(/, ['Storage Queue Data Reader', 'Storage Queue Data Message Processor']],
  [/output\.storageQueue\(/, ['Storage Queue Data Message Sender']],
  [/from '@azure\/storage-blob'/, ['Storage Blob Data Owner']],
  [/from '@azure\/web-pubsub'/, ['Web PubSub Service Owner']],
  [/from '@azure\/keyvault-secrets'/, ['Key Vault Secrets User']],
  [/cognitiveservices\.azure\.com|AzureOpenAI\b/, ['Cognitive Services OpenAI User']],
]

const strings = (name: string): string[] => {
  const declared = access.declarations.find((each) => each.kind === 'var' && each.name === name)!
  return descendants(declared.node)
    .filter(({ type }) => type === 'string')
    .map(({ text }) => unquote(text))
}

test('the app has each role that its code needs, and beyond them only those of devices and mail', () => {
  const needed = NEEDS.filter(([sign]) => product.some((text) => sign.test(text))).flatMap(
    ([, roles]) => roles,
  )
  const optional = [
    'Azure Event Hubs Data Receiver',
    'Communication and Email Service Owner',
    'IoT Hub Data Contributor',
  ]
  expect(strings('appRoles').sort()).toEqual([...new Set([...needed, ...optional])].sort())
})

/** As Azure publishes them: learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const BUILT_IN = {
  'Azure Event Hubs Data Receiver': 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
  'Azure Event Hubs Data Sender': '2b629674-e913-4c01-ae53-ef4638d8f975',
  'Cognitive Services OpenAI User': '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd',
  'Communication and Email Service Owner': '09976791-48a7-449e-bb21-39d1a415f350',
  'IoT Hub Data Contributor': '4fc6c259-987e-4a07-842e-c321cc9d413f',
  'Key Vault Secrets Officer': 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
  'Key Vault Secrets User': '4633458b-17de-408a-b874-0445c86b69e6',
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb',
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  'Storage Queue Data Message Processor': '8a0f0c08-91a1-4084-bc3d-661d67233fed',
  'Storage Queue Data Message Sender': 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
  'Storage Queue Data Reader': '19e7f393-937e-4f77-808e-94535e297925',
  'Web PubSub Service Owner': '12cf5a90-567b-43ae-8102-96cf46c7d9b4',
}

test('each role that is granted has its id, each id is a role that is granted', () => {
  const roles = access.declarations.find((each) => each.name === 'roles')!
  const ids = [...bodyOf(roles.node)].map(([name, id]) => [name, unquote(id.text)] as const)
  expect(Object.fromEntries(ids)).toEqual(BUILT_IN)
  const granted = [...strings('appRoles'), 'Azure Event Hubs Data Sender', 'Key Vault Secrets Officer']
  expect(ids.map(([name]) => name).sort()).toEqual(granted.sort())
})

test('in Cosmos DB the app may use items of its database and nothing else', () => {
  const role = access.declarations.find(({ name }) => name === 'itemsRole')!
  expect(
    [...role.node.text.matchAll(/'(Microsoft\.DocumentDB\/databaseAccounts\/\S+)'/g)].map(([, it]) => it),
  ).toEqual([
    'Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions@2025-10-15',
    'Microsoft.DocumentDB/databaseAccounts/readMetadata',
    'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/*',
    'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/executeQuery',
    'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/readChangeFeed',
  ])
})
