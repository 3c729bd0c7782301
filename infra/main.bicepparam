// What azd and `az deployment sub create` deploy with: the sizes of a tier (parameters/<tier>.json), and what differs
// between two deployments of it, from the environment. `azd env set <NAME> <value>` sets it.
using './main.bicep'

var tiers = {
  dev: loadJsonContent('parameters/dev.json')
  prod: loadJsonContent('parameters/prod.json')
}
var tier = tiers[readEnvironmentVariable('PARLEY_TIER', 'dev')]

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param principalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param principalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param eventAudience = readEnvironmentVariable('EVENT_AUDIENCE')
param secondaryLocation = readEnvironmentVariable('SECONDARY_LOCATION', '')
param activeRegion = readEnvironmentVariable('ACTIVE_REGION', 'primary')
param storageRedundancy = readEnvironmentVariable('STORAGE_REDUNDANCY', '')
param publicApiUrl = readEnvironmentVariable('PUBLIC_API_URL', '')
param pageOrigins = json(readEnvironmentVariable('PAGE_ORIGINS', '[]'))
param pageLocation = readEnvironmentVariable('PAGE_LOCATION', 'westeurope')
param operatorIpAddresses = json(readEnvironmentVariable('OPERATOR_IP_ADDRESSES', '[]'))
param bots = json(readEnvironmentVariable('BOTS', '[]'))
param extraSettings = json(readEnvironmentVariable('EXTRA_SETTINGS', '{}'))
param aiLocation = readEnvironmentVariable('AI_LOCATION', '')
param mailDataLocation = readEnvironmentVariable('MAIL_DATA_LOCATION', 'Europe')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param budgetStart = readEnvironmentVariable('BUDGET_START', '')

param zoneRedundant = tier.zoneRedundant
param privateNetwork = tier.privateNetwork
param purgeProtection = tier.purgeProtection
param deletedRetentionDays = tier.deletedRetentionDays
param instanceMemoryMB = tier.instanceMemoryMB
param maximumInstanceCount = tier.maximumInstanceCount
param httpConcurrency = tier.httpConcurrency
param alwaysReady = tier.alwaysReady
param rollingUpdates = tier.rollingUpdates
param feedPollDelayMs = tier.feedPollDelayMs
param queuePollInterval = tier.queuePollInterval
param webPubSubSku = tier.webPubSubSku
param webPubSubUnits = tier.webPubSubUnits
param cosmosMode = tier.cosmosMode
param cosmosMaxRequestUnits = tier.cosmosMaxRequestUnits
param cosmosBackupTier = tier.cosmosBackupTier
param mediaCoolAfterDays = tier.mediaCoolAfterDays
param pageSku = tier.pageSku
param aiModels = tier.aiModels
param hasDevices = tier.hasDevices
param devicesSku = tier.devicesSku
param hasMail = tier.hasMail
param logRetentionDays = tier.logRetentionDays
param logDailyCapGb = tier.logDailyCapGb
param monthlyBudget = tier.monthlyBudget
