metadata description = 'The hub: which events Web PubSub brings to the app, and how it signs in there.'

@description('Required. Name of the Web PubSub service.')
param serviceName string

@description('Required. Name of the hub.')
param hub string

@description('Required. Address of the API that is active, with its prefix.')
param apiUrl string

@description('Required. Application id URI that the service asks a token for.')
param eventAudience string

resource service 'Microsoft.SignalRService/webPubSub@2024-03-01' existing = {
  name: serviceName
}

resource settings 'Microsoft.SignalRService/webPubSub/hubs@2024-03-01' = {
  parent: service
  name: hub
  properties: {
    anonymousConnectPolicy: 'deny'
    webSocketKeepAliveIntervalInSeconds: 20
    eventHandlers: [
      {
        urlTemplate: '${apiUrl}/events'
        userEventPattern: '*'
        systemEvents: ['connect', 'connected', 'disconnected']
        auth: { type: 'ManagedIdentity', managedIdentity: { resource: eventAudience } }
      }
    ]
  }
}

@description('Name of the hub.')
output name string = settings.name
