import type * as z from 'zod'

/** What the documents need to know of an endpoint. */
export interface Described {
  name: string
  method?: string | undefined
  route: string | undefined
  open: boolean
  command: boolean
  summary: string
  input: z.ZodType
  answers: Record<number, z.ZodType | null>
}
