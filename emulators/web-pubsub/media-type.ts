// Which content types carry which data types, for REST sends, upstream requests and upstream answers alike.
import type { Payload } from './message.ts'

const TYPES = {
  'application/json': 'json',
  'text/plain': 'text',
  'application/octet-stream': 'binary',
  'application/x-protobuf': 'protobuf',
} as const

const CONTENT_TYPES = {
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  binary: 'application/octet-stream',
  protobuf: 'application/x-protobuf',
} as const

/** The data type a content-type header stands for, or undefined when the service knows no such type. */
export function dataTypeOf(contentType: string): Payload['dataType'] | undefined {
  const [mediaType = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase())
  if (!parameters.every((one) => /^([\w!#$%&'*+.^`|~-]+=(?:"[^"]*"|[^\s"]+))?$/.test(one))) return undefined
  const charset = parameters
    .find((one) => one.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '')
  if (charset !== undefined && !isCharset(charset)) return undefined
  return TYPES[mediaType as keyof typeof TYPES]
}

function isCharset(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}

/** Makes a payload of bytes; JSON is taken as it is, unchecked. */
export function payloadFrom(dataType: Payload['dataType'], bytes: Buffer): Payload {
  if (dataType === 'json' || dataType === 'text') return { dataType, text: bytes.toString('utf8') }
  return { dataType, bytes }
}

/** The body and content type with which a payload is sent to an event handler. */
export function bodyOf(payload: Payload): { body: Buffer; contentType: string } {
  const body = 'text' in payload ? Buffer.from(payload.text) : payload.bytes
  return { body, contentType: CONTENT_TYPES[payload.dataType] }
}
