metadata description = 'Azure OpenAI, where bots are to use it: an account without keys and the deployments of models.'

@description('Required. Name of the account, and its subdomain.')
param name string

@description('Required. Region that has the models.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Deployments; a bot names one as its model.')
param models { name: string, model: string, version: string, sku: string, capacity: int }[]

@description('Required. Closes the account to the internet.')
param privateNetwork bool

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: privateNetwork ? 'Deny' : 'Allow' }
  }
}

@batchSize(1)
resource deployments 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = [
  for model in models: {
    parent: account
    name: model.name
    sku: { name: model.sku, capacity: model.capacity }
    properties: {
      model: { format: 'OpenAI', name: model.model, version: model.version }
      // What the bots say must not change overnight.
      versionUpgradeOption: 'OnceCurrentVersionExpired'
    }
  }
]

@description('Name of the account.')
output name string = account.name

@description('Resource id of the account.')
output id string = account.id

@description('Where the account answers.')
output endpoint string = account.properties.endpoint
