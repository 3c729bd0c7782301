metadata description = 'One storage account: the host of the functions, their queues, the packages that are deployed, and the media.'

@description('Required. Name of the account.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. How often the data is kept: Standard_LRS, Standard_ZRS, Standard_GZRS …')
param sku string

@description('Required. Containers for the packages, one per function app.')
param packageContainers string[]

@description('Required. Origins of the pages that upload and show media.')
param pageOrigins string[]

@description('Required. Days after which media that nobody changed moves to a cheaper tier; 0: never.')
param mediaCoolAfterDays int

@description('Required. Days for which deleted blobs can be brought back.')
param deleteRetentionDays int

var plan = loadJsonContent('containers.json')
// Functions makes a poison queue when it first needs one; made here, it needs no right to create queues. Dead letters have no
// reader, and so none.
var poisonQueues = map(filter(plan.queues, queue => queue != 'dead-letters'), queue => '${queue}-poison')

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Browsers upload media straight to it, by signed addresses of minutes; nothing is readable without one.
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: 'Allow', bypass: 'None' }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: deleteRetentionDays }
    containerDeleteRetentionPolicy: { enabled: true, days: deleteRetentionDays }
    cors: {
      corsRules: [
        {
          allowedOrigins: pageOrigins
          allowedMethods: ['GET', 'HEAD', 'PUT', 'OPTIONS']
          allowedHeaders: ['content-type', 'x-ms-blob-type', 'x-ms-blob-content-type', 'x-ms-version', 'if-none-match', 'range']
          exposedHeaders: ['content-length', 'content-range', 'etag']
          maxAgeInSeconds: 3600
        }
      ]
    }
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for container in concat(plan.blobContainers, packageContainers): {
    parent: blobs
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {}
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [
  for queue in concat(plan.queues, poisonQueues): {
    parent: queueService
    name: queue
    properties: {}
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = if (mediaCoolAfterDays > 0) {
  parent: account
  name: 'default'
  dependsOn: [blobs]
  properties: {
    policy: {
      rules: [
        {
          name: 'cool-media'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: map(plan.blobContainers, container => '${container}/') }
            actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: mediaCoolAfterDays } } }
          }
        }
      ]
    }
  }
}

@description('Name of the account.')
output name string = account.name

@description('Resource id of the account.')
output id string = account.id

@description('Where blobs answer.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('Where queues answer.')
output queueEndpoint string = account.properties.primaryEndpoints.queue
