import * as z from 'zod'
import { toOpenApi } from '../../shared/protocol/documents/openapi.ts'
import { nothing } from '../../shared/protocol/requests/fields.ts'
import { VERSION } from '../../shared/version.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'
import { served } from '../adapter/served.ts'

let document: object | undefined

export const openapiEndpoint = endpoint({
  name: 'documents.openapi',
  functionName: 'openapi',
  method: 'GET',
  route: 'openapi.json',
  open: true,
  input: nothing,
  summary: 'The routes, for machines',
  answers: { 200: z.looseObject({ openapi: z.string() }) },
  run: () => {
    document ??= toOpenApi([...served()], VERSION)
    return ok(document)
  },
})
