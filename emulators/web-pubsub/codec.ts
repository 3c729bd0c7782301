// What tells the subprotocols apart on the wire: how a client's frame is read and how the service's frames are written.
// A client without subprotocol has no codec; it sees nothing but data.
import type { ClientFrame } from './client-frames.ts'
import { jsonCodec } from './json-codec.ts'
import type { Message } from './message.ts'
import { protobufCodec } from './protobuf/codec.ts'
import type { ServiceFrame } from './service-frames.ts'

export interface Codec {
  /** Whether frames are binary WebSocket messages; a client that sends the other kind is closed with 1003. */
  readonly binary: boolean
  /** @throws FrameError when the frame is not one of the protocol. */
  parse(frame: Buffer): ClientFrame
  control(frame: ServiceFrame): string | Buffer
  /** A data message without what differs from receiver to receiver. */
  body(message: Message): Buffer
  /** Completes the body; with the receiver's own sequence id in the reliable protocols. */
  complete(body: Buffer, sequenceId?: number): Buffer
}

export interface Subprotocol {
  codec: Codec
  reliable: boolean
}

const SUBPROTOCOLS: Record<string, Subprotocol> = {
  'json.webpubsub.azure.v1': { codec: jsonCodec, reliable: false },
  'json.reliable.webpubsub.azure.v1': { codec: jsonCodec, reliable: true },
  'protobuf.webpubsub.azure.v1': { codec: protobufCodec, reliable: false },
  'protobuf.reliable.webpubsub.azure.v1': { codec: protobufCodec, reliable: true },
}

/** The subprotocol of that name, or undefined when the service speaks no such one. */
export const subprotocolOf = (name: string | undefined): Subprotocol | undefined =>
  name !== undefined && Object.hasOwn(SUBPROTOCOLS, name) ? SUBPROTOCOLS[name] : undefined
