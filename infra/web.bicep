metadata description = 'The page: a Static Web App. It calls the API of another origin, which allows its own.'

@description('Required. Name of the site.')
param name string

@description('Required. Region of the management; the files are served from everywhere.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Free, or Standard with an SLA and more custom domains.')
@allowed(['Free', 'Standard'])
param sku string

resource site 'Microsoft.Web/staticSites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'web' })
  sku: { name: sku, tier: sku }
  properties: {
    allowConfigFileUpdates: true
    stagingEnvironmentPolicy: 'Disabled'
  }
}

@description('Name of the site.')
output name string = site.name

@description('Address of the page, and the origin that the API allows.')
output url string = 'https://${site.properties.defaultHostname}'
