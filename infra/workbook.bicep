metadata description = 'The workbook: sends, answers, feed, queues, bots and sockets on one page.'

@description('Required. Region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Application Insights that it reads.')
param insightsId string

@description('Required. Web PubSub service whose metrics it shows.')
param webPubSubId string

@description('Required. Cosmos DB account whose metrics it shows.')
param cosmosId string

var page = replace(loadTextContent('workbook.json'), '{insights}', insightsId)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Parley'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: insightsId
    serializedData: replace(replace(page, '{webPubSub}', webPubSubId), '{cosmos}', cosmosId)
  }
}
