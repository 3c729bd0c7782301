metadata description = 'Mail: Communication Services with a domain of Azure, which needs no DNS of ours. Keys are off.'

@description('Required. Name of the services.')
param name string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Where data rests: Europe, United States …')
param dataLocation string

resource mail 'Microsoft.Communication/emailServices@2025-09-01' = {
  name: '${name}-mail'
  location: 'global'
  tags: tags
  properties: { dataLocation: dataLocation }
}

resource domain 'Microsoft.Communication/emailServices/domains@2025-09-01' = {
  parent: mail
  name: 'AzureManagedDomain'
  location: 'global'
  tags: tags
  properties: { domainManagement: 'AzureManaged', userEngagementTracking: 'Disabled' }
}

resource service 'Microsoft.Communication/communicationServices@2025-09-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: { dataLocation: dataLocation, disableLocalAuth: true, linkedDomains: [domain.id] }
}

@description('Where mail is handed in.')
output endpoint string = 'https://${service.properties.hostName}'

@description('Address that mail comes from.')
output sender string = 'DoNotReply@${domain.properties.fromSenderDomain}'
