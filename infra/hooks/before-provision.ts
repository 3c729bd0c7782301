// azd's hook before the template is deployed: what the template needs and cannot make itself. Repeating it changes nothing.
import { keep, operatorCredential, required } from './azd.ts'
import { createGraph, ensureApplication } from './entra-application.ts'
import { applicationName, monthOf } from './names.ts'

if (!process.env.EVENT_AUDIENCE) {
  const name = applicationName(required('AZURE_ENV_NAME'), required('AZURE_SUBSCRIPTION_ID'))
  await keep('EVENT_AUDIENCE', await ensureApplication(createGraph(operatorCredential()), name))
  console.log(`Entra application ${name} is there.`)
}
// Noted when there is somebody to tell, and so a budget: one cannot begin in a month that is over, nor change its month.
if (process.env.ALERT_EMAIL && !process.env.BUDGET_START) await keep('BUDGET_START', monthOf(new Date()))
