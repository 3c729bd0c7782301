targetScope = 'subscription'

metadata name = 'Parley'
metadata description = 'Everything Parley runs on, from an empty subscription: one resource group, no keys, each module one concern.'

@description('Required. Name of the environment: names the resource group, and with subscription and region makes names unique.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('Required. Region of everything that has one.')
param location string

@description('Optional. More tags for all resources.')
param tags object = {}

@description('Optional. Object id of whoever deploys: may put secrets into the vault. Empty: nobody may.')
param principalId string = deployer().objectId

@description('Optional. Kind of that principal.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'User'

@description('Required. Application id URI of the Entra application that Web PubSub asks a token for when it brings events. A hook makes it.')
@minLength(1)
param eventAudience string

@description('Optional. A second region: Cosmos DB reads there and takes over, Web PubSub has a replica, a second function app stands by, storage is geo-redundant. Needs autoscale and Premium.')
param secondaryLocation string = ''

@description('Optional. Which of the two function apps gets the events and reads feed and queues.')
@allowed(['primary', 'secondary'])
param activeRegion string = 'primary'

@description('Optional. How often storage keeps its data. Empty: as regions and zones ask. Standard_LRS after a fail-over, which leaves it with one region.')
@allowed(['', 'Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageRedundancy string = ''

@description('Optional. Address under which clients know the API, with /api; also what tokens name as their issuer. Empty: the address of the first app.')
param publicApiUrl string = ''

@description('Optional. Origins of further pages that call the API.')
param pageOrigins string[] = []

@description('Optional. Spreads everything over availability zones. Some resources cannot change it later.')
param zoneRedundant bool = false

@description('Optional. Puts each app into a virtual network of its region and closes Cosmos DB, Key Vault, Azure OpenAI and the REST side of Web PubSub to the internet.')
param privateNetwork bool = false

@description('Optional. Addresses or ranges from which operators still reach vault and database when privateNetwork is on.')
param operatorIpAddresses string[] = []

@description('Optional. Nobody can destroy the vault before its retention is over. Cannot be undone.')
param purgeProtection bool = false

@description('Optional. Days for which deleted secrets and blobs can be brought back.')
@minValue(7)
@maxValue(90)
param deletedRetentionDays int = 7

@description('Optional. Memory of a function instance, MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Optional. Most instances of any one scale group.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Optional. Requests that an instance serves at a time before another is started.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 16

@description('Optional. Instances kept warm: [{name: "http", instanceCount: 1}, {name: "function:on-chat-change", instanceCount: 1}].')
param alwaysReady { name: string, instanceCount: int }[] = []

@description('Optional. Changes of code and settings replace instances in batches, and let requests end; else all restart at once. Not in every region yet.')
param rollingUpdates bool = false

@description('Optional. How long the change feed rests after it was read empty, ms: what an idle app costs against how soon a bot answers.')
@minValue(10)
param feedPollDelayMs int = 5000

@description('Optional. The longest that an idle instance waits before it looks into a queue again, hh:mm:ss.fff: storage transactions against how soon a bot answers.')
param queuePollInterval string = '00:00:02'

@description('Optional. Bots: [{botId, displayName, models: [{provider, model}], systemPrompt?, …}]. A deployment of Azure OpenAI is a model of the provider azure-openai.')
param bots array = []

@description('Optional. Further app settings that shared/config.ts knows, such as {FIRST_TOKEN_MS: "10000"}.')
param extraSettings object = {}

@description('Optional. Tier of Web PubSub: Free_F1 holds 20 connections.')
@allowed(['Free_F1', 'Standard_S1', 'Premium_P1', 'Premium_P2'])
param webPubSubSku string = 'Free_F1'

@description('Optional. Units of Web PubSub, 1,000 connections each: 1 to 10, tens up to 100; Premium_P2 hundreds, 100 to 1,000.')
@allowed([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
param webPubSubUnits int = 1

@description('Optional. How Cosmos DB is paid. From serverless to autoscale there is a way, by hand and for good; back there is none.')
@allowed(['serverless', 'autoscale'])
param cosmosMode string = 'serverless'

@description('Optional. Highest request units per second of containers, for autoscale: {default: 1000, chats: 10000}.')
param cosmosMaxRequestUnits object = { default: 1000 }

@description('Optional. How far back the database can be restored.')
@allowed(['Continuous7Days', 'Continuous30Days'])
param cosmosBackupTier string = 'Continuous7Days'

@description('Optional. Days after which media moves to a cheaper tier; 0: never.')
@minValue(0)
param mediaCoolAfterDays int = 0

@description('Optional. Tier of the page.')
@allowed(['Free', 'Standard'])
param pageSku string = 'Free'

@description('Optional. Region that manages the page; few have the service. Empty: the region of everything.')
param pageLocation string = ''

@description('Optional. Deployments of Azure OpenAI: [{name, model, version, sku, capacity}]. Empty: no account.')
param aiModels { name: string, model: string, version: string, sku: string, capacity: int }[] = []

@description('Optional. Region that has those models. Empty: the region of everything.')
param aiLocation string = ''

@description('Optional. An IoT Hub for devices.')
param hasDevices bool = false

@description('Optional. Tier of the IoT Hub.')
@allowed(['S1', 'S2', 'S3'])
param devicesSku string = 'S1'

@description('Optional. Communication Services, for mail.')
param hasMail bool = false

@description('Optional. Where mail data rests.')
param mailDataLocation string = 'Europe'

@description('Optional. Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Optional. Most gigabytes of logs a day; -1: no limit.')
param logDailyCapGb int = 1

@description('Optional. Who gets alerts and the budget. Empty: nobody.')
param alertEmail string = ''

@description('Optional. What a month may cost, in the currency of the subscription; 0: no budget.')
@minValue(0)
param monthlyBudget int = 0

@description('Optional. First day of the month in which the budget began, YYYY-MM-01. A hook sets it once.')
param budgetStart string = ''

var hub = 'chat'
var token = uniqueString(subscription().id, environmentName, location)
var name = 'parley-${token}'
var allTags = union(tags, { 'azd-env-name': environmentName })
var canHaveSecond = cosmosMode == 'autoscale' && startsWith(webPubSubSku, 'Premium')
var secondRegion = !empty(secondaryLocation) && !canHaveSecond
  ? fail('A second region needs cosmosMode autoscale and a Premium tier of Web PubSub.')
  : secondaryLocation
var isPrivate = privateNetwork && webPubSubSku == 'Free_F1'
  ? fail('A private network needs a paid tier of Web PubSub: the free one takes no private endpoint.')
  : privateNetwork
var hasSecond = !empty(secondRegion)
var isSecondActive = hasSecond && activeRegion == 'secondary'
var hasSecondNetwork = hasSecond && isPrivate
var packageContainers = hasSecond ? ['app', 'app-second'] : ['app']
var plannedRedundancy = hasSecond ? 'Standard_GZRS' : (zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS')
var storageSku = empty(storageRedundancy) ? plannedRedundancy : storageRedundancy
var appName = '${name}-api'
var apiUrl = empty(publicApiUrl) ? 'https://${appName}.azurewebsites.net/api' : publicApiUrl
var origins = union([page.outputs.url], pageOrigins)
var hasAi = !empty(aiModels)

var groupName = 'rg-parley-${environmentName}'
// Azure looks for the group of a module whose condition is false, too: then it is the one that is there.
var secondGroupName = hasSecondNetwork ? '${groupName}-2' : groupName

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: groupName
  location: location
  tags: allTags
}

module identity 'identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: '${name}-api', location: location, tags: allTags }
}

module devicesIdentity 'identity.bicep' = if (hasDevices) {
  name: 'devices-identity'
  scope: group
  params: { name: '${name}-devices', location: location, tags: allTags }
}

module monitoring 'monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    name: name
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
}

module data 'data.bicep' = {
  name: 'data'
  scope: group
  params: {
    name: name
    location: location
    tags: allTags
    mode: cosmosMode
    maxRequestUnits: cosmosMaxRequestUnits
    secondaryLocation: secondRegion
    zoneRedundant: zoneRedundant
    backupTier: cosmosBackupTier
    privateNetwork: isPrivate
    operatorIpAddresses: operatorIpAddresses
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storage 'storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'parley${token}'
    location: location
    tags: allTags
    sku: storageSku
    packageContainers: packageContainers
    pageOrigins: origins
    mediaCoolAfterDays: mediaCoolAfterDays
    deleteRetentionDays: deletedRetentionDays
  }
}

module vault 'vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: name
    location: location
    tags: allTags
    purgeProtection: purgeProtection
    retentionDays: deletedRetentionDays
    privateNetwork: isPrivate
    operatorIpAddresses: operatorIpAddresses
    workspaceId: monitoring.outputs.workspaceId
  }
}

module realtime 'realtime.bicep' = {
  name: 'realtime'
  scope: group
  params: {
    name: name
    location: location
    tags: allTags
    sku: webPubSubSku
    units: webPubSubUnits
    secondaryLocation: secondRegion
    privateNetwork: isPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module page 'web.bicep' = {
  name: 'page'
  scope: group
  params: {
    name: '${name}-web'
    location: empty(pageLocation) ? location : pageLocation
    tags: allTags
    sku: pageSku
  }
}

module ai 'ai.bicep' = if (hasAi) {
  name: 'ai'
  scope: group
  params: {
    name: name
    location: empty(aiLocation) ? location : aiLocation
    tags: allTags
    models: aiModels
    privateNetwork: isPrivate
  }
}

module mail 'mail.bicep' = if (hasMail) {
  name: 'mail'
  scope: group
  params: { name: name, tags: allTags, dataLocation: mailDataLocation }
}

module access 'access.bicep' = {
  name: 'access'
  scope: group
  params: {
    appPrincipalId: identity.outputs.principalId
    operatorPrincipalId: principalId
    operatorPrincipalType: principalType
    devicesPrincipalId: hasDevices ? devicesIdentity.?outputs.principalId ?? '' : ''
    hasAi: hasAi
    hasMail: hasMail
    cosmosName: data.outputs.name
    databaseName: data.outputs.database
  }
}

module devices 'devices.bicep' = if (hasDevices) {
  name: 'devices'
  scope: group
  // Its route is refused while its identity may not send.
  dependsOn: [access]
  params: {
    name: name
    location: location
    tags: allTags
    sku: devicesSku
    units: 1
    partitions: 4
    identityId: devicesIdentity.?outputs.id ?? ''
  }
}

module network 'network.bicep' = if (isPrivate) {
  name: 'network'
  scope: group
  params: { name: name, location: location, tags: allTags, addressStart: '10.42' }
}

// A second network with its own endpoints, so that the second app outlives the first region. Its zones have the same names as
// those of the first and other addresses in them: only another group can hold them.
resource secondGroup 'Microsoft.Resources/resourceGroups@2024-11-01' = if (hasSecondNetwork) {
  name: secondGroupName
  location: secondRegion
  tags: allTags
}

module secondNetwork 'network.bicep' = if (hasSecondNetwork) {
  name: 'second-network'
  scope: resourceGroup(secondGroupName)
  dependsOn: [secondGroup]
  params: { name: '${name}-2', location: secondRegion, tags: allTags, addressStart: '10.43' }
}

var alwaysPrivate = [
  { name: 'cosmos', id: data.outputs.id, group: 'Sql', zone: 'privatelink.documents.azure.com' }
  { name: 'vault', id: vault.outputs.id, group: 'vault', zone: 'privatelink.vaultcore.azure.net' }
  { name: 'sockets', id: realtime.outputs.id, group: 'webpubsub', zone: 'privatelink.webpubsub.azure.com' }
  { name: 'blobs', id: storage.outputs.id, group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
  { name: 'queues', id: storage.outputs.id, group: 'queue', zone: 'privatelink.queue.${environment().suffixes.storage}' }
]
var aiPrivate = hasAi
  ? [{ name: 'ai', id: ai.?outputs.id ?? '', group: 'account', zone: 'privatelink.openai.azure.com' }]
  : []

module privateEndpoints 'private-endpoints.bicep' = if (isPrivate) {
  name: 'private-endpoints'
  scope: group
  params: {
    prefix: name
    location: location
    tags: allTags
    networkId: network.?outputs.id ?? ''
    subnetId: network.?outputs.endpointSubnetId ?? ''
    targets: concat(alwaysPrivate, aiPrivate)
  }
}

module secondEndpoints 'private-endpoints.bicep' = if (hasSecondNetwork) {
  name: 'second-private-endpoints'
  scope: resourceGroup(secondGroupName)
  dependsOn: [secondGroup, privateEndpoints]
  params: {
    prefix: '${name}-2'
    location: secondRegion
    tags: allTags
    networkId: secondNetwork.?outputs.id ?? ''
    subnetId: secondNetwork.?outputs.endpointSubnetId ?? ''
    targets: concat(alwaysPrivate, aiPrivate)
  }
}

var appSettings = union(
  {
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
    APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.telemetryAddress
    AZURE_CLIENT_ID: identity.outputs.clientId
    AZURE_OPENAI_ENDPOINT: hasAi ? ai.?outputs.endpoint ?? '' : ''
    AZURE_TENANT_ID: tenant().tenantId
    AzureFunctionsJobHost__extensions__queues__maxPollingInterval: queuePollInterval
    AzureFunctionsJobHost__telemetryMode: 'OpenTelemetry'
    AzureWebJobsStorage__blobServiceUri: storage.outputs.blobEndpoint
    AzureWebJobsStorage__clientId: identity.outputs.clientId
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__queueServiceUri: storage.outputs.queueEndpoint
    BOTS: string(bots)
    COSMOS_DATABASE: data.outputs.database
    COSMOS_REGIONS: hasSecond ? '${location},${secondRegion}' : ''
    Cosmos__accountEndpoint: data.outputs.endpoint
    Cosmos__clientId: identity.outputs.clientId
    Cosmos__credential: 'managedidentity'
    FEED_POLL_DELAY_MS: string(feedPollDelayMs)
    ISSUER: apiUrl
    KEY_VAULT_URI: vault.outputs.uri
    // All of it: by itself the host keeps five traces a second, and drops the log lines of the others, which alerts count.
    OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
    OTEL_TRACES_SAMPLER_ARG: '1.0'
    WEB_PUBSUB_EVENTS_AUDIENCE: eventAudience
    WEB_PUBSUB_EVENTS_SENDER: realtime.outputs.principalId
    WEB_PUBSUB_HUB: hub
    WebPubSub__serviceUri: realtime.outputs.endpoint
  },
  extraSettings
)

// Each app asks the database of its own region first, and the other when that does not answer.
var nearSecond = { COSMOS_REGIONS: '${secondRegion},${location}' }

// The app that stands by answers requests, and leaves feed, queues and timers to the other.
var standby = { STANDBY: 'true' }

module app 'functions.bicep' = {
  name: 'app'
  scope: group
  dependsOn: [access, privateEndpoints]
  params: {
    name: appName
    location: location
    tags: allTags
    serviceName: 'api'
    identityId: identity.outputs.id
    storageAccountName: storage.outputs.name
    packageContainer: 'app'
    settings: union(appSettings, isSecondActive ? standby : {})
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency
    alwaysReady: alwaysReady
    zoneRedundant: zoneRedundant
    rollingUpdates: rollingUpdates
    subnetId: isPrivate ? network.?outputs.appSubnetId ?? '' : ''
    pageOrigins: origins
    workspaceId: monitoring.outputs.workspaceId
  }
}

module secondApp 'functions.bicep' = if (hasSecond) {
  name: 'second-app'
  scope: group
  dependsOn: [access, secondEndpoints]
  params: {
    name: '${name}-api-2'
    location: secondRegion
    tags: allTags
    serviceName: 'second-api'
    identityId: identity.outputs.id
    storageAccountName: storage.outputs.name
    packageContainer: 'app-second'
    settings: union(appSettings, nearSecond, isSecondActive ? {} : standby)
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency
    alwaysReady: isSecondActive ? alwaysReady : []
    zoneRedundant: zoneRedundant
    rollingUpdates: rollingUpdates
    subnetId: hasSecondNetwork ? secondNetwork.?outputs.appSubnetId ?? '' : ''
    pageOrigins: origins
    workspaceId: monitoring.outputs.workspaceId
  }
}

module events 'hub.bicep' = {
  name: 'events'
  scope: group
  params: {
    serviceName: realtime.outputs.name
    hub: hub
    apiUrl: isSecondActive ? secondApp.?outputs.apiUrl ?? '' : app.outputs.apiUrl
    eventAudience: eventAudience
  }
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    name: name
    location: location
    tags: allTags
    email: alertEmail
    insightsId: monitoring.outputs.insightsId
    cosmosId: data.outputs.id
    webPubSubId: realtime.outputs.id
    webPubSubReplicaId: realtime.outputs.replicaId
    webPubSubUnits: webPubSubUnits
    webPubSubIsFree: webPubSubSku == 'Free_F1'
  }
}

module workbook 'workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    location: location
    tags: allTags
    insightsId: monitoring.outputs.insightsId
    webPubSubId: realtime.outputs.id
    cosmosId: data.outputs.id
  }
}

module budget 'budget.bicep' = if (monthlyBudget > 0 && !empty(alertEmail) && !empty(budgetStart)) {
  name: 'budget'
  scope: group
  params: { name: name, amount: monthlyBudget, startDate: budgetStart, email: alertEmail }
}

@description('Name of the resource group: all there is.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Address of the API that is active.')
output API_URL string = isSecondActive ? secondApp.?outputs.apiUrl ?? '' : app.outputs.apiUrl

@description('Name of the function app that azd deploys to.')
output SERVICE_API_NAME string = app.outputs.name

@description('Name of the function app of the second region, or nothing.')
output SECOND_API_NAME string = hasSecond ? secondApp.?outputs.name ?? '' : ''

@description('Address of the page.')
output PAGE_URL string = page.outputs.url

@description('Name of the page.')
output SERVICE_WEB_NAME string = page.outputs.name

@description('Address of the vault that the hooks fill.')
output KEY_VAULT_URI string = vault.outputs.uri

@description('Address of the database.')
output COSMOS_ENDPOINT string = data.outputs.endpoint

@description('Name of the database account.')
output COSMOS_NAME string = data.outputs.name

@description('Name of the storage account.')
output STORAGE_NAME string = storage.outputs.name

@description('Address of Web PubSub.')
output WEB_PUBSUB_ENDPOINT string = realtime.outputs.endpoint

@description('Name of Web PubSub, and of its hub.')
output WEB_PUBSUB_NAMES string = '${realtime.outputs.name}/${events.outputs.name}'

@description('Name of Application Insights.')
output INSIGHTS_NAME string = monitoring.outputs.insightsName

@description('Where devices connect, or nothing.')
output DEVICES_HOST_NAME string = hasDevices ? devices.?outputs.hostName ?? '' : ''

@description('Where the app reads what devices say, or nothing.')
output DEVICE_EVENTS_HOST_NAME string = hasDevices ? devices.?outputs.eventsHostName ?? '' : ''

@description('Where mail is handed in, or nothing.')
output MAIL_ENDPOINT string = hasMail ? mail.?outputs.endpoint ?? '' : ''

@description('Address that mail comes from, or nothing.')
output MAIL_SENDER string = hasMail ? mail.?outputs.sender ?? '' : ''
