// The largest request body the host takes, whether its length is announced or only found out by reading.
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'

export class TooLarge extends Error {
  constructor(limit: number) {
    super(`The request body is larger than ${limit} bytes.`)
  }
}

/**
 * The request, to be read as a stream that breaks off with TooLarge at the limit.
 * @throws TooLarge at once when the announced length is over it.
 */
export function limitBody(request: IncomingMessage, limit: number): IncomingMessage {
  checkLength(request, limit)
  if (request.headers['transfer-encoding'] === undefined) return request
  let total = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length
      if (total > limit) done(new TooLarge(limit))
      else done(null, chunk)
    },
  })
  request.on('error', (error) => counted.destroy(error))
  const { headers, url, method } = request
  return Object.assign(request.pipe(counted), { headers, url, method }) as unknown as IncomingMessage
}

/** Reads the body whole. @throws TooLarge */
export async function readLimited(request: IncomingMessage, limit: number): Promise<Buffer> {
  checkLength(request, limit)
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    total += chunk.length
    if (total > limit) throw new TooLarge(limit)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

function checkLength(request: IncomingMessage, limit: number): void {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new TooLarge(limit)
}
