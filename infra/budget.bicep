metadata description = 'Mail when the month costs more than planned: at half, at all of it, and when the forecast says so.'

@description('Required. Name of the budget.')
param name string

@description('Required. What a month may cost, in the currency of the subscription.')
@minValue(1)
param amount int

@description('Required. First day of the month in which the budget began, YYYY-MM-01. A budget keeps it for life.')
param startDate string

@description('Required. Who is told.')
param email string

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: startDate }
    notifications: {
      half: { enabled: true, operator: 'GreaterThan', threshold: 50, thresholdType: 'Actual', contactEmails: [email] }
      all: { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Actual', contactEmails: [email] }
      soon: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 110
        thresholdType: 'Forecasted'
        contactEmails: [email]
      }
    }
  }
}
