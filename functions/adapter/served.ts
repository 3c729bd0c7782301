// Every endpoint of the app, for those that describe it: set once, when the app registers itself.
import type { Endpoint } from './endpoint.ts'

let table: readonly Endpoint[] = []

export const served = (): readonly Endpoint[] => table

export function serve(endpoints: readonly Endpoint[]): void {
  table = endpoints
}
