metadata description = 'An identity that is there before what uses it, so that its roles are granted when that starts.'

@description('Required. Name of the identity.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of the resources.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id of the identity.')
output id string = identity.id

@description('What the app names it by when it asks for a token.')
output clientId string = identity.properties.clientId

@description('What roles are granted to.')
output principalId string = identity.properties.principalId
