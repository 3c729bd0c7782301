// The schema behind each name in the files: an endpoint's, or the envelope around every command.
import type * as z from 'zod'
import { commandEnvelope } from '../../shared/protocol/requests/socket.ts'
import { loadEndpoints } from '../support/endpoints.ts'

const endpoints = await loadEndpoints()

export const SCHEMAS: Record<string, z.ZodType> = {
  ...Object.fromEntries(endpoints.map(({ name, input }) => [name, input])),
  command: commandEnvelope,
}
