import * as z from 'zod'
import { toAsyncApi } from '../../shared/protocol/documents/asyncapi.ts'
import { nothing } from '../../shared/protocol/requests/fields.ts'
import { VERSION } from '../../shared/version.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'
import { served } from '../adapter/served.ts'

let document: object | undefined

export const asyncapiEndpoint = endpoint({
  name: 'documents.asyncapi',
  functionName: 'asyncapi',
  method: 'GET',
  route: 'asyncapi.json',
  open: true,
  input: nothing,
  summary: 'The socket, for machines',
  answers: { 200: z.looseObject({ asyncapi: z.string() }) },
  run: () => {
    document ??= toAsyncApi([...served()], VERSION)
    return ok(document)
  },
})
