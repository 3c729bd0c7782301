metadata description = 'A virtual network for the app, and private endpoints with their DNS for what it reaches.'

@description('Required. Name of the network.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. First half of its addresses, such as 10.42.')
param addressStart string

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['${addressStart}.0.0/16'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '${addressStart}.0.0/24'
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: '${addressStart}.1.0/24', privateEndpointNetworkPolicies: 'Disabled' }
      }
    ]
  }
}

@description('Resource id of the network.')
output id string = network.id

@description('Subnet of the app.')
output appSubnetId string = '${network.id}/subnets/app'

@description('Subnet of the private endpoints.')
output endpointSubnetId string = '${network.id}/subnets/endpoints'
