metadata description = 'What wakes somebody. Each alert has a runbook under its name in docs/operations.md.'

@description('Required. Start of the names.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Who is told; nothing: the alerts are there and switched off, since each that looks costs money.')
param email string

@description('Required. Application Insights that log alerts read.')
param insightsId string

@description('Required. Cosmos DB account.')
param cosmosId string

@description('Required. Web PubSub service.')
param webPubSubId string

@description('Required. Its replica, which has its own numbers; or nothing.')
param webPubSubReplicaId string

@description('Required. Its units, each with 1,000 connections and 2 GB of messages a day included.')
param webPubSubUnits int

@description('Required. It is the free tier, with 40 MB a day.')
param webPubSubIsFree bool

var isRead = !empty(email)

// A message of billing is 2 KB of what the service sends: 1,000,000 a day and unit, 20,000 on the free tier.
var trafficOfDay = webPubSubIsFree ? 40000000 : webPubSubUnits * 2000000000

var metrics = [
  {
    name: 'cosmos-throttled'
    severity: 2
    scope: cosmosId
    description: 'Cosmos DB refuses requests (429): senders wait, and some are told busy.'
    metric: 'TotalRequests'
    aggregation: 'Count'
    threshold: 100
    window: 'PT5M'
    frequency: 'PT1M'
    dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
  }
  {
    name: 'web-pubsub-connections'
    severity: 2
    scope: webPubSubId
    description: 'Connections are above 80 % of what the units hold: the next thousand is refused.'
    metric: 'ConnectionQuotaUtilization'
    aggregation: 'Maximum'
    threshold: 80
    window: 'PT5M'
    frequency: 'PT1M'
    dimensions: []
  }
  {
    name: 'web-pubsub-load'
    severity: 2
    scope: webPubSubId
    description: 'Web PubSub is above 70 % of its load: deliveries get slow.'
    metric: 'ServerLoad'
    aggregation: 'Average'
    threshold: 70
    window: 'PT5M'
    frequency: 'PT1M'
    dimensions: []
  }
  {
    name: 'web-pubsub-traffic'
    severity: 3
    scope: webPubSubId
    description: 'What Web PubSub sent in a day is above 80 % of what the units include: more is billed, or refused on the free tier.'
    metric: 'OutboundTraffic'
    aggregation: 'Total'
    threshold: trafficOfDay / 10 * 8
    window: 'P1D'
    frequency: 'PT1H'
    dimensions: []
  }
]

var ofSockets = filter(metrics, alert => startsWith(alert.name, 'web-pubsub-'))
var ofReplica = map(ofSockets, alert => union(alert, { name: '${alert.name}-2', scope: webPubSubReplicaId }))

var queries = [
  {
    name: 'feed-behind'
    severity: 1
    description: 'The change feed is more than 30 s behind: bots answer late, inboxes are stale, lost pushes stay lost.'
    query: 'traces | where message has "\\"event\\":\\"feed.behind\\"" | project timestamp, message'
    threshold: 3
    window: 'PT5M'
    frequency: 'PT5M'
  }
  {
    name: 'feed-stopped'
    severity: 1
    description: 'Messages are sent and the change feed function does not run.'
    query: 'traces | where message startswith "Executed \'Functions." | summarize sends = countif(message has_any ("send-message", "web-pubsub-events")), reads = countif(message has "on-chat-change") | where sends > 100 and reads == 0'
    threshold: 0
    window: 'PT15M'
    frequency: 'PT5M'
  }
  {
    name: 'queue-old'
    severity: 2
    description: 'Jobs wait longer than 5 minutes in a queue: too few instances, or jobs that take too long.'
    query: 'traces | where message has "\\"event\\":\\"metric\\"" and message has "queue.age." | where toint(extract("\\"value\\":([0-9]+)", 1, message)) > 300'
    threshold: 2
    window: 'PT5M'
    frequency: 'PT5M'
  }
  {
    name: 'queue-poison'
    severity: 2
    description: 'A job failed five times: it is tried again for most of an hour, and is then a dead letter that somebody has to send again.'
    query: 'traces | where message has_any ("\\"event\\":\\"job.poison\\"", "\\"event\\":\\"job.dead\\"")'
    threshold: 0
    window: 'PT15M'
    frequency: 'PT5M'
  }
  {
    name: 'server-errors'
    severity: 1
    description: 'The API answers with 5xx.'
    query: 'requests | where toint(resultCode) >= 500'
    threshold: 10
    window: 'PT5M'
    frequency: 'PT5M'
  }
  {
    name: 'sign-in-failures'
    severity: 2
    description: 'Many sign-ins are refused: somebody tries passwords, or a client is broken.'
    query: 'requests | where url has_any ("/auth/login", "/auth/refresh") and toint(resultCode) in (401, 429)'
    threshold: 100
    window: 'PT5M'
    frequency: 'PT5M'
  }
]

resource recipients 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'Parley'
    enabled: true
    emailReceivers: isRead ? [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }] : []
  }
}

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in concat(metrics, empty(webPubSubReplicaId) ? [] : ofReplica): {
    name: '${name}-${alert.name}'
    location: 'global'
    tags: tags
    properties: {
      description: alert.description
      severity: alert.severity
      enabled: isRead
      scopes: [alert.scope]
      evaluationFrequency: alert.frequency
      windowSize: alert.window
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: alert.name
            criterionType: 'StaticThresholdCriterion'
            metricName: alert.metric
            timeAggregation: alert.aggregation
            operator: 'GreaterThan'
            threshold: alert.threshold
            dimensions: alert.dimensions
          }
        ]
      }
      actions: [{ actionGroupId: recipients.id }]
    }
  }
]

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in queries: {
    name: '${name}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: alert.description
      severity: alert.severity
      enabled: isRead
      scopes: [insightsId]
      evaluationFrequency: alert.frequency
      windowSize: alert.window
      autoMitigate: true
      // Tables are made when the first telemetry comes.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [recipients.id] }
    }
  }
]
