metadata description = 'Key Vault: the keys that sign tokens, and those of model providers. Secrets are put in by hooks and people, never by a template.'

@description('Required. Name of the vault.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Nobody can destroy the vault before its retention is over. Cannot be undone, and keeps the name taken.')
param purgeProtection bool

@description('Required. Days for which a deleted secret, or the vault, can be brought back.')
@minValue(7)
@maxValue(90)
param retentionDays int

@description('Required. Closes the vault to the internet, but for operatorIpAddresses.')
param privateNetwork bool

@description('Required. Addresses or ranges that reach the vault all the same: whoever runs the hooks.')
param operatorIpAddresses string[]

@description('Required. Log Analytics workspace for the audit of who read what.')
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    enableSoftDelete: true
    softDeleteRetentionInDays: retentionDays
    // False is refused: it can only be left out.
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: privateNetwork && empty(operatorIpAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
      ipRules: [for address in (privateNetwork ? operatorIpAddresses : []): { value: address }]
    }
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

@description('Name of the vault.')
output name string = vault.name

@description('Resource id of the vault.')
output id string = vault.id

@description('Where the vault answers.')
output uri string = vault.properties.vaultUri
