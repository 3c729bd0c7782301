// What the parent tells the Azurite process on its command line, and what that process tells back.
import * as z from 'zod'

export interface AzuriteSettings {
  host: string
  blobPort: number
  queuePort: number
  /** Absent: everything stays in memory. */
  dataDir?: string
  services: ('blob' | 'queue')[]
}

export const azuriteMessage = z.union([
  z.object({ ready: z.object({ blob: z.string().optional(), queue: z.string().optional() }) }),
  z.object({ failed: z.string(), code: z.string().optional(), port: z.int().optional() }),
])
