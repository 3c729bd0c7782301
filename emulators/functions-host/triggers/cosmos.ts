// placeholder
import type { CosmosClients } from './cosmos-clients.ts'
import type { Trigger, TriggerParts } from './trigger.ts'
export interface LeaseTimes {
  acquireMs: number
  renewMs: number
  expirationMs: number
}
export async function startCosmos(
  _parts: TriggerParts,
  _clients: CosmosClients,
  _times: Partial<LeaseTimes>,
): Promise<Trigger> {
  throw new Error('not yet')
}
