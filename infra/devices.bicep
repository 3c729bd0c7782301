metadata description = 'Devices: an IoT Hub that passes on what devices say to an Event Hub, which a function reads. Keys are off on both; devices sign in by certificate.'

@description('Required. Name of the IoT Hub.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. F1, S1, S2 or S3. F1 cannot route to another service.')
@allowed(['S1', 'S2', 'S3'])
param sku string

@description('Required. Units of the IoT Hub.')
@minValue(1)
@maxValue(200)
param units int

@description('Required. Partitions of the Event Hub: as many instances read at a time. Fixed when it is made.')
@minValue(1)
@maxValue(32)
param partitions int

@description('Required. Resource id of the identity with which the IoT Hub sends.')
param identityId string

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: '${name}-events'
  location: location
  tags: tags
  sku: { name: 'Standard', tier: 'Standard', capacity: 1 }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    isAutoInflateEnabled: true
    maximumThroughputUnits: 10
  }
}

resource events 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: namespace
  name: 'devices'
  properties: { partitionCount: partitions, messageRetentionInDays: 1 }
}

resource readers 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: events
  name: 'parley'
  properties: {}
}

resource iotHub 'Microsoft.Devices/IotHubs@2023-06-30' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, capacity: units }
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    disableLocalAuth: true
    disableDeviceSAS: true
    disableModuleSAS: true
    minTlsVersion: '1.2'
    routing: {
      endpoints: {
        eventHubs: [
          {
            name: 'devices'
            authenticationType: 'identityBased'
            identity: { userAssignedIdentity: identityId }
            endpointUri: 'sb://${namespace.name}.servicebus.windows.net'
            entityPath: events.name
          }
        ]
      }
      routes: [
        { name: 'messages', source: 'DeviceMessages', condition: 'true', endpointNames: ['devices'], isEnabled: true }
        {
          name: 'connections'
          source: 'DeviceConnectionStateEvents'
          condition: 'true'
          endpointNames: ['devices']
          isEnabled: true
        }
      ]
      fallbackRoute: { source: 'DeviceMessages', condition: 'true', endpointNames: ['events'], isEnabled: false }
    }
  }
}

@description('Where devices connect, and where the app sends to them.')
output hostName string = iotHub.properties.hostName

@description('Where the app reads what devices say.')
output eventsHostName string = '${namespace.name}.servicebus.windows.net'
