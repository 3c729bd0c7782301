// A message is encoded once per codec however many receive it: in the reliable protocols only the sequence id differs
// from receiver to receiver.
import type { Codec } from './codec.ts'
import type { Message, Payload } from './message.ts'

export interface Encoded {
  readonly expiresAt: number | undefined
  /** The part that all receivers of one encoding share. */
  body(codec: Codec): Buffer
  /** A whole frame for a client that counts no sequence ids. */
  frame(codec: Codec): Buffer
  /** A frame for a client without subprotocol. */
  raw(): { data: Buffer; binary: boolean }
}

/** Encodes on demand, and each form once. */
export function encode(message: Message): Encoded {
  const bodies = new Map<Codec, Buffer>()
  const frames = new Map<Codec, Buffer>()
  let raw: { data: Buffer; binary: boolean } | undefined
  const body = (codec: Codec): Buffer => once(bodies, codec, () => codec.body(message))
  return {
    expiresAt: message.expiresAt,
    body,
    frame: (codec) => once(frames, codec, () => codec.complete(body(codec))),
    raw() {
      raw ??= rawFrame(message.payload)
      return raw
    },
  }
}

function once(cache: Map<Codec, Buffer>, codec: Codec, make: () => Buffer): Buffer {
  const known = cache.get(codec)
  if (known) return known
  const made = make()
  cache.set(codec, made)
  return made
}

function rawFrame(payload: Payload): { data: Buffer; binary: boolean } {
  return 'text' in payload
    ? { data: Buffer.from(payload.text), binary: false }
    : { data: payload.bytes, binary: true }
}
