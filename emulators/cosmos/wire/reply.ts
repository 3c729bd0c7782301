// Answers, with the headers the SDK reads from every one of them.
import type { Reply } from '../../kit/http-server.ts'
import { FAILURE_CHARGE } from '../items/charge.ts'
import type { Collection } from '../storage/collection.ts'
import { CosmosError } from './errors.ts'

export interface Answer {
  status: number
  charge?: number
  body?: string
  etag?: string
  headers?: Record<string, string>
  /** Adds the session token and the path of the container. */
  collection?: Collection
  /** The id of the range that has answered; the first when absent. */
  range?: string
}

export function toReply(answer: Answer): Reply {
  const headers: Record<string, string> = {
    'x-ms-activity-id': crypto.randomUUID(),
    'x-ms-request-charge': String(answer.charge ?? 1),
    'x-ms-version': '2020-07-15',
    'x-ms-gatewayversion': 'version=2.14.0',
  }
  const { collection } = answer
  if (collection) {
    const range = answer.range ?? collection.ranges.ranges[0]!.id
    headers['x-ms-session-token'] = `${range}:-1#${collection.lsn}`
    headers['x-ms-documentdb-partitionkeyrangeid'] = range
    headers.lsn = String(collection.lsn)
    headers['x-ms-content-path'] = collection.rid
    // Header values are ASCII; names need not be.
    headers['x-ms-alt-content-path'] =
      `dbs/${encodeURIComponent(collection.databaseId)}/colls/${encodeURIComponent(collection.id)}`
  }
  if (answer.etag) headers.etag = answer.etag
  if (answer.body !== undefined) headers['content-type'] = 'application/json'
  Object.assign(headers, answer.headers)
  return {
    status: answer.status,
    headers,
    ...(answer.body !== undefined && { body: answer.body }),
  }
}

/** The service's shape of an error; the SDK needs the `message`. */
export function toErrorReply(error: unknown): Reply {
  const known =
    error instanceof CosmosError
      ? error
      : new CosmosError(500, `Internal error of the emulator: ${String(error)}`)
  const { info, headers } = known.extra
  return toReply({
    status: known.status,
    charge: FAILURE_CHARGE,
    body: JSON.stringify({
      code: known.code,
      message: known.message,
      ...(info !== undefined && { additionalErrorInfo: info }),
    }),
    headers: {
      ...(known.substatus !== undefined && { 'x-ms-substatus': String(known.substatus) }),
      ...headers,
    },
  })
}
