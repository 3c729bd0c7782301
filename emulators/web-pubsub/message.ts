// Data on its way through the service, and its encodings for each kind of client. A message is encoded once per
// protocol however many receive it; in the reliable protocol only the sequence id differs and is put in front.

/** `text` holds the raw JSON text for `json`: it travels unchanged. */
export type Payload = TextPayload | BytesPayload

interface TextPayload {
  dataType: 'json' | 'text'
  text: string
  metadata?: Record<string, string>
}

interface BytesPayload {
  dataType: 'binary' | 'protobuf'
  bytes: Buffer
  metadata?: Record<string, string>
}

export interface Message {
  from: 'group' | 'server'
  group?: string
  fromUserId?: string | undefined
  payload: Payload
  /** When an undelivered message may be dropped, in milliseconds since the epoch; never when absent. */
  expiresAt?: number | undefined
}

export interface Encoded {
  readonly expiresAt: number | undefined
  /** A frame of the JSON protocol. */
  json(): Buffer
  /** A frame of the reliable JSON protocol without its start, which `withSequence` adds. */
  reliableTail(): Buffer
  /** A frame for a client without subprotocol. */
  raw(): { data: Buffer; binary: boolean }
}

/** Encodes on demand, and each form once. */
export function encode(message: Message): Encoded {
  let tail: Buffer | undefined
  let json: Buffer | undefined
  let raw: { data: Buffer; binary: boolean } | undefined
  const reliableTail = (): Buffer => {
    tail ??= Buffer.from(`${jsonMembers(message)}}`)
    return tail
  }
  return {
    expiresAt: message.expiresAt,
    reliableTail,
    json() {
      json ??= Buffer.concat([OPEN, reliableTail()])
      return json
    },
    raw() {
      raw ??= rawFrame(message.payload)
      return raw
    },
  }
}

const OPEN = Buffer.from('{')

/** Completes a reliable frame with the receiver's own sequence id. */
export function withSequence(sequenceId: number, tail: Buffer): Buffer {
  const head = `{"sequenceId":${sequenceId},`
  const frame = Buffer.allocUnsafe(head.length + tail.length)
  frame.write(head, 'latin1')
  tail.copy(frame, head.length)
  return frame
}

function jsonMembers(message: Message): string {
  const { payload } = message
  const sender = message.fromUserId === undefined ? '' : `"fromUserId":${JSON.stringify(message.fromUserId)},`
  const from =
    message.from === 'server'
      ? '"from":"server"'
      : `"from":"group",${sender}"group":${JSON.stringify(message.group)}`
  const metadata = payload.metadata ? `,"metadata":${JSON.stringify(payload.metadata)}` : ''
  return `"type":"message",${from},"dataType":"${payload.dataType}","data":${jsonData(payload)}${metadata}`
}

function jsonData(payload: Payload): string {
  if ('bytes' in payload) return `"${payload.bytes.toString('base64')}"`
  return payload.dataType === 'json' ? payload.text : JSON.stringify(payload.text)
}

function rawFrame(payload: Payload): { data: Buffer; binary: boolean } {
  return 'text' in payload
    ? { data: Buffer.from(payload.text), binary: false }
    : { data: payload.bytes, binary: true }
}
