// The one document of every error: https://www.rfc-editor.org/rfc/rfc9457
import * as z from 'zod'
import { ERRORS, type ErrorCode } from '../../domain/error.ts'

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]

export const problemOut = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(codes),
    retry: z.enum(['never', 'same-id', 'later']),
    traceId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    retryAfter: z.number().optional().meta({ description: 'Seconds to wait before another try' }),
  })
  .meta({ id: 'Problem' })
