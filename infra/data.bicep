metadata description = 'Cosmos DB: the account, the database and the containers of containers.json, which the local stack creates from too.'

@description('Required. Name of the account.')
param name string

@description('Required. Region that writes.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. serverless bills what is used, in one region. autoscale bills the highest tenth of a range, per container, and may have more regions.')
@allowed(['serverless', 'autoscale'])
param mode string

@description('Required. Highest request units per second of each container, for autoscale: {<container>: <RU/s>, default: <RU/s>}.')
param maxRequestUnits object

@description('Required. Region that reads and takes over, or nothing. Needs autoscale.')
param secondaryLocation string

@description('Required. Spreads the replicas over availability zones. Fixed when the account is made.')
param zoneRedundant bool

@description('Required. How far back the account can be restored to any second.')
@allowed(['Continuous7Days', 'Continuous30Days'])
param backupTier string

@description('Required. Closes the account to the internet, but for operatorIpAddresses.')
param privateNetwork bool

@description('Required. Addresses or ranges that reach the account all the same.')
param operatorIpAddresses string[]

@description('Required. Log Analytics workspace for the audit of control-plane requests.')
param workspaceId string

var plan = loadJsonContent('containers.json')
var isAutoscale = mode == 'autoscale'
// The first writes. To move that is no template's business: while the account fails over by itself, Azure refuses another order.
var locationNames = empty(secondaryLocation) ? [location] : [location, secondaryLocation]

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-10-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    capabilities: concat([{ name: 'EnableNoSQLFullTextSearch' }], isAutoscale ? [] : [{ name: 'EnableServerless' }])
    // A read that authorises is never stale. Lists and history relax it per request.
    consistencyPolicy: { defaultConsistencyLevel: 'Strong' }
    locations: [
      for (region, index) in locationNames: {
        locationName: region
        failoverPriority: index
        isZoneRedundant: zoneRedundant
      }
    ]
    enableMultipleWriteLocations: false
    enableAutomaticFailover: !empty(secondaryLocation)
    backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: backupTier } }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: privateNetwork && empty(operatorIpAddresses) ? 'Disabled' : 'Enabled'
    ipRules: [for address in (privateNetwork ? operatorIpAddresses : []): { ipAddressOrRange: address }]
    networkAclBypass: 'None'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-10-15' = {
  parent: account
  name: plan.database
  properties: { resource: { id: plan.database } }
}

@batchSize(1)
resource containers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-10-15' = [
  for container in plan.containers: {
    parent: database
    name: container.id
    properties: {
      resource: container
      options: isAutoscale
        ? { autoscaleSettings: { maxThroughput: maxRequestUnits[?container.id] ?? maxRequestUnits.default } }
        : {}
    }
  }
]

// The options above count when a container is made; this is what changes them later.
@batchSize(1)
resource throughput 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings@2025-10-15' = [
  for (container, index) in plan.containers: if (isAutoscale) {
    parent: containers[index]
    name: 'default'
    properties: {
      resource: {
        autoscaleSettings: { maxThroughput: maxRequestUnits[?container.id] ?? maxRequestUnits.default }
      }
    }
  }
]

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: account
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'ControlPlaneRequests', enabled: true }]
  }
}

@description('Name of the account.')
output name string = account.name

@description('Resource id of the account.')
output id string = account.id

@description('Where the account answers.')
output endpoint string = account.properties.documentEndpoint

@description('Name of the database.')
output database string = database.name
