metadata description = 'Who may do what: one map of roles, one loop of assignments. The resource group holds nothing but this deployment, one resource of each kind, so a role on the group is a role on that one resource.'

@description('Required. Object id of the identity that the app runs as.')
param appPrincipalId string

@description('Required. Object id of whoever runs the hooks, who puts secrets into the vault; or nothing.')
param operatorPrincipalId string

@description('Required. Kind of that principal.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string

@description('Required. Object id of the identity with which the IoT Hub sends; or nothing where there are no devices.')
param devicesPrincipalId string

@description('Required. The app calls Azure OpenAI.')
param hasAi bool

@description('Required. The app sends mail.')
param hasMail bool

@description('Required. Name of the Cosmos DB account.')
param cosmosName string

@description('Required. Name of the database in it, the only one the app may use.')
param databaseName string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = {
  'Azure Event Hubs Data Receiver': 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
  'Azure Event Hubs Data Sender': '2b629674-e913-4c01-ae53-ef4638d8f975'
  'Cognitive Services OpenAI User': '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'
  'Communication and Email Service Owner': '09976791-48a7-449e-bb21-39d1a415f350'
  'IoT Hub Data Contributor': '4fc6c259-987e-4a07-842e-c321cc9d413f'
  'Key Vault Secrets Officer': 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  'Key Vault Secrets User': '4633458b-17de-408a-b874-0445c86b69e6'
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb'
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Queue Data Message Processor': '8a0f0c08-91a1-4084-bc3d-661d67233fed'
  'Storage Queue Data Message Sender': 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  'Storage Queue Data Reader': '19e7f393-937e-4f77-808e-94535e297925'
  'Web PubSub Service Owner': '12cf5a90-567b-43ae-8102-96cf46c7d9b4'
}

var appRoles = concat(
  [
    // The host keeps its leases and keys in blobs, and demands this one; it also signs the addresses of media.
    'Storage Blob Data Owner'
    // Triggers look at a queue and take from it; bindings put into it. Queues are made by storage.bicep.
    'Storage Queue Data Reader'
    'Storage Queue Data Message Processor'
    'Storage Queue Data Message Sender'
    // The least that may publish, and make client tokens.
    'Web PubSub Service Owner'
    'Key Vault Secrets User'
    // Telemetry of any kind goes in by this role.
    'Monitoring Metrics Publisher'
  ],
  hasAi ? ['Cognitive Services OpenAI User'] : [],
  hasMail ? ['Communication and Email Service Owner'] : [],
  empty(devicesPrincipalId) ? [] : ['Azure Event Hubs Data Receiver', 'IoT Hub Data Contributor']
)

var grants = concat(
  map(appRoles, role => { role: role, principalId: appPrincipalId, principalType: 'ServicePrincipal' }),
  empty(devicesPrincipalId)
    ? []
    : [{ role: 'Azure Event Hubs Data Sender', principalId: devicesPrincipalId, principalType: 'ServicePrincipal' }],
  empty(operatorPrincipalId)
    ? []
    : [{ role: 'Key Vault Secrets Officer', principalId: operatorPrincipalId, principalType: operatorPrincipalType }]
)

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants: {
    name: guid(resourceGroup().id, grant.principalId, roles[grant.role])
    properties: {
      principalId: grant.principalId
      principalType: grant.principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
    }
  }
]

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2025-10-15' existing = {
  name: cosmosName
}

// Items and queries of the one database. No stored procedures, no containers, no throughput.
resource itemsRole 'Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions@2025-10-15' = {
  parent: cosmos
  name: guid(cosmos.id, 'items')
  properties: {
    roleName: 'Parley items'
    type: 'CustomRole'
    assignableScopes: ['${cosmos.id}/dbs/${databaseName}']
    permissions: [
      {
        dataActions: [
          'Microsoft.DocumentDB/databaseAccounts/readMetadata'
          'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/*'
          'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/executeQuery'
          'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/readChangeFeed'
        ]
      }
    ]
  }
}

resource itemsGrant 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-10-15' = {
  parent: cosmos
  name: guid(cosmos.id, appPrincipalId, 'items')
  properties: {
    principalId: appPrincipalId
    roleDefinitionId: itemsRole.id
    scope: '${cosmos.id}/dbs/${databaseName}'
  }
}
