// Which hosts are one app: what they share in the storage bears this id.
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'

/** Hosts with the same id share timers and blobs: by the setting, else those of one folder on one machine. */
export function hostId(app: string): string {
  const given = process.env.AzureFunctionsWebHost__hostid
  if (given) return given.toLowerCase()
  return createHash('sha256').update(`${hostname()}\n${app}`).digest('hex').slice(0, 32)
}
