// What tells the subprotocols apart on the wire: how a client's frame is read and how the service's frames are written.
import type { ClientFrame } from './client-frames.ts'
import type { Message } from './message.ts'
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
