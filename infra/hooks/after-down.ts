// azd's hook after everything was deleted: takes away what the hook before made outside the resource group.
import { keep, operatorCredential, required } from './azd.ts'
import { createGraph, removeApplication } from './entra-application.ts'
import { applicationName } from './names.ts'

const name = applicationName(required('AZURE_ENV_NAME'), required('AZURE_SUBSCRIPTION_ID'))
if (await removeApplication(createGraph(operatorCredential()), name)) {
  console.log(`Entra application ${name} is gone.`)
}
// The next `azd up` makes a new one, and a budget of its own month: one of a month that is over would be refused.
await keep('EVENT_AUDIENCE', '')
await keep('BUDGET_START', '')
