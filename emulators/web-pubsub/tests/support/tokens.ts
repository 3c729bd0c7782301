// Tokens made by hand, for what the SDK would never send.
import { createHmac } from 'node:crypto'

export const KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH'

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export function signToken(claims: object, key = KEY, header: object = { alg: 'HS256', typ: 'JWT' }): string {
  const content = `${base64(header)}.${base64(claims)}`
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`
}

/** A REST call signed for its own URL unless told otherwise. */
export function callRest(
  url: string,
  method: string,
  options: {
    audience?: string
    expires?: number
    key?: string
    headers?: Record<string, string>
    /** A stream is sent without its length. */
    body?: string | Uint8Array<ArrayBuffer> | ReadableStream
  } = {},
): Promise<Response> {
  const { audience = url, expires = Math.floor(Date.now() / 1000) + 60, key, headers, body } = options
  const token = signToken({ aud: audience, exp: expires }, key)
  return fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body, duplex: 'half' }),
  })
}
