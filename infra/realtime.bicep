metadata description = 'Web PubSub: the sockets. What it asks of the app is in hub.bicep, which needs the address of the app.'

@description('Required. Name of the service.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Free_F1, Standard_S1, Premium_P1 or Premium_P2.')
@allowed(['Free_F1', 'Standard_S1', 'Premium_P1', 'Premium_P2'])
param sku string

@description('Required. Units: 1,000 connections each. Above 10 they are sold in tens, above 100, on P2 alone, in hundreds.')
@allowed([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
param units int

@description('Required. Region of a replica that takes over, or nothing. Needs Premium.')
param secondaryLocation string

@description('Required. REST only through private endpoints. Clients come from everywhere.')
param privateNetwork bool

@description('Required. Log Analytics workspace for connectivity logs.')
param workspaceId string

resource service 'Microsoft.SignalRService/webPubSub@2024-03-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, capacity: units }
  // With it the service signs in to the app when it brings events.
  identity: { type: 'SystemAssigned' }
  properties: {
    disableLocalAuth: true
    disableAadAuth: false
    publicNetworkAccess: 'Enabled'
    // What no rule names falls to the default. Private endpoints have no rule, for their names are Azure's to give: so the
    // default lets them in, and the rule of the public network keeps others out.
    networkACLs: privateNetwork
      ? {
          defaultAction: 'Allow'
          publicNetwork: { deny: ['ServerConnection', 'RESTAPI', 'Trace'] }
          privateEndpoints: []
        }
      : {
          defaultAction: 'Deny'
          publicNetwork: { allow: ['ClientConnection', 'ServerConnection', 'RESTAPI', 'Trace'] }
          privateEndpoints: []
        }
    // One line per message would cost more than the message.
    resourceLogConfiguration: {
      categories: [
        { name: 'ConnectivityLogs', enabled: 'true' }
        { name: 'MessagingLogs', enabled: 'false' }
        { name: 'HttpRequestLogs', enabled: 'false' }
      ]
    }
    tls: { clientCertEnabled: false }
  }
}

resource replica 'Microsoft.SignalRService/webPubSub/replicas@2024-03-01' = if (!empty(secondaryLocation)) {
  parent: service
  name: '${name}-2'
  location: secondaryLocation
  tags: tags
  sku: { name: sku, capacity: units }
  properties: {}
}

// A replica hands on what the service is told, but for its size, its logs and its alerts.
resource replicaLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(secondaryLocation)) {
  name: 'connectivity'
  scope: replica
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'ConnectivityLogs', enabled: true }]
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'connectivity'
  scope: service
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'ConnectivityLogs', enabled: true }]
  }
}

@description('Name of the service.')
output name string = service.name

@description('Resource id of the service.')
output id string = service.id

@description('Resource id of the replica, or nothing.')
output replicaId string = replica.?id ?? ''

@description('Where the service answers.')
output endpoint string = 'https://${service.properties.hostName}'

@description('Who the service is when it brings events: object id of its identity.')
output principalId string = service.identity.principalId
