metadata description = 'Private endpoints: one per service the app reaches, each with the DNS zone that leads to it.'

@description('Required. Start of the names.')
param prefix string

@description('Required. Region of the network.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Resource id of the network.')
param networkId string

@description('Required. Subnet of the endpoints.')
param subnetId string

@description('Required. What is reached, by which of its parts (group), and under which DNS zone.')
param targets { name: string, id: string, group: string, zone: string }[]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for target in targets: {
    name: target.zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (target, index) in targets: {
    parent: zones[index]
    name: '${prefix}-${target.name}'
    location: 'global'
    tags: tags
    properties: { virtualNetwork: { id: networkId }, registrationEnabled: false }
  }
]

// One at a time: an account refuses a second endpoint while it takes the first.
@batchSize(1)
resource endpoints 'Microsoft.Network/privateEndpoints@2025-05-01' = [
  for target in targets: {
    name: '${prefix}-${target.name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [
        {
          name: target.name
          properties: { privateLinkServiceId: target.id, groupIds: [target.group] }
        }
      ]
    }
  }
]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [
  for (target, index) in targets: {
    parent: endpoints[index]
    name: 'default'
    dependsOn: [links]
    properties: {
      privateDnsZoneConfigs: [{ name: target.name, properties: { privateDnsZoneId: zones[index].id } }]
    }
  }
]
