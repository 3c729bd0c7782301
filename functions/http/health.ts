import { healthOut } from '../../shared/protocol/answers/auth.ts'
import { nothing } from '../../shared/protocol/requests/fields.ts'
import { checkHealth } from '../../shared/services/health.ts'
import { VERSION } from '../../shared/version.ts'
import { endpoint } from '../adapter/endpoint.ts'

export const healthEndpoint = endpoint({
  name: 'health',
  functionName: 'health',
  method: 'GET',
  route: 'health',
  open: true,
  input: nothing,
  summary: 'Whether the services that the product needs answer',
  answers: { 200: healthOut, 503: healthOut },
  run: async (app) => {
    const services = await checkHealth(app.probes)
    const healthy = Object.values(services).every(({ status }) => status === 'ok')
    const body = { status: healthy ? 'ok' : 'unavailable', version: VERSION, services }
    return { status: healthy ? 200 : 503, body }
  },
})
