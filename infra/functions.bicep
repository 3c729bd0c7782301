metadata description = 'One function app on Flex Consumption, and its plan. Everything it reaches it reaches by its identity.'

@description('Required. Name of the app.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Name under which azd deploys to the app.')
param serviceName string

@description('Required. Resource id of the identity the app runs as.')
param identityId string

@description('Required. Name of the storage account that holds the package.')
param storageAccountName string

@description('Required. Blob container of the package.')
param packageContainer string

@description('Required. App settings; those without a value are left out.')
param settings object

@description('Required. Memory of an instance, MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('Required. Most instances of any one scale group.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Required. Requests that an instance serves at a time before another is started.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int

@description('Required. Instances that wait, warm: [{name: "http", instanceCount: 1}, {name: "function:<name>", instanceCount: 1}].')
param alwaysReady { name: string, instanceCount: int }[]

@description('Required. Spreads the instances over availability zones.')
param zoneRedundant bool

@description('Required. Replaces instances in batches when code or settings change, and lets requests end; else all restart at once. Not in every region yet.')
param rollingUpdates bool

@description('Required. Subnet the app reaches out from, or nothing.')
param subnetId string

@description('Required. Origins of the pages that call the API.')
param pageOrigins string[]

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceId string

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: '${name}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'node', version: '24' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReady
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
      // Documented, and in no published type yet.
      #disable-next-line BCP037
      siteUpdateStrategy: rollingUpdates ? { type: 'RollingUpdate' } : null
    }
    siteConfig: {
      appSettings: [
        for setting in filter(items(settings), each => each.value != ''): { name: setting.key, value: setting.value }
      ]
      cors: { allowedOrigins: pageOrigins, supportCredentials: false }
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      remoteDebuggingEnabled: false
    }
  }
}

// Deployment by user name and password is off; by token it works.
resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource noPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'metrics'
  scope: app
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Name of the app.')
output name string = app.name

@description('Resource id of the app.')
output id string = app.id

@description('Address of the API, with the prefix of host.json.')
output apiUrl string = 'https://${app.properties.defaultHostName}/api'
