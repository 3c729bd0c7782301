// Puts frames on sockets. Data messages of the reliable protocol get their sequence id here and stay until they are
// acknowledged; whoever lets too many pile up is cut off for good. Nothing is awaited between two receivers.

import type { Clock } from '../kit/clock.ts'
import type { Faults } from '../kit/faults.ts'
import type { Connection } from './connection.ts'
import { type Encoded, encode } from './encoded.ts'
import type { Message } from './message.ts'
import type { ServiceFrame } from './service-frames.ts'

/** Limits of the service's client specification, section 3.2. */
const MAX_UNACKED = 1000
const MAX_UNACKED_BYTES = 16 * 1024 * 1024

export interface Delivery {
  /** Sends a data message to each connection, in the order given. */
  deliver(message: Message, receivers: Iterable<Connection>): void
  /** Sends a frame that has no sequence id (ack, pong, system); lost when there is no socket, or no codec. */
  control(connection: Connection, frame: ServiceFrame): void
  /** Forgets what the client has confirmed: everything up to and including the id. */
  acknowledge(connection: Connection, sequenceId: number): void
  /** Sends again what was not confirmed and has not expired. */
  replay(connection: Connection): void
}

export interface DeliveryOptions {
  clock: Clock
  faults: Faults
  /** Ends a connection that does not keep up. */
  overflow(connection: Connection): void
  onDelivered(): void
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { clock, faults } = options

  const transmit = (connection: Connection, data: string | Buffer, binary: boolean): void => {
    if (connection.held) return void connection.held.push(() => write(connection, data, binary))
    const fault = faults.take('client.deliver')
    if (fault?.kind === 'drop') return void connection.socket?.terminate()
    if (fault?.kind === 'delay') {
      connection.held = [() => write(connection, data, binary)]
      return void clock.after(fault.ms, () => release(connection))
    }
    write(connection, data, binary)
    if (fault?.kind === 'lose-answer') connection.socket?.terminate()
  }

  const deliverTo = (connection: Connection, encoded: Encoded): void => {
    if (connection.closed) return
    options.onDelivered()
    const { codec, unacked } = connection
    if (!connection.reliable && (connection.socket?.bufferedAmount ?? 0) > MAX_UNACKED_BYTES) {
      return void options.overflow(connection)
    }
    if (!codec) {
      const { data, binary } = encoded.raw()
      return void transmit(connection, data, binary)
    }
    if (!connection.reliable) return void transmit(connection, encoded.frame(codec), codec.binary)
    const body = encoded.body(codec)
    if (unacked.messages.length >= MAX_UNACKED || unacked.bytes + body.length > MAX_UNACKED_BYTES) {
      return void options.overflow(connection)
    }
    const sequenceId = ++unacked.lastSequenceId
    unacked.messages.push({ sequenceId, body, expiresAt: encoded.expiresAt })
    unacked.bytes += body.length
    if (connection.socket) transmit(connection, codec.complete(body, sequenceId), codec.binary)
  }

  return {
    deliver(message, receivers) {
      const encoded = encode(message)
      for (const connection of receivers) deliverTo(connection, encoded)
    },
    control(connection, frame) {
      const { codec } = connection
      if (codec) transmit(connection, codec.control(frame), codec.binary)
    },
    acknowledge({ unacked }, sequenceId) {
      const kept = unacked.messages.findIndex((message) => message.sequenceId > sequenceId)
      const confirmed = unacked.messages.splice(0, kept === -1 ? unacked.messages.length : kept)
      for (const { body } of confirmed) unacked.bytes -= body.length
    },
    replay(connection) {
      const { codec, unacked } = connection
      if (!codec) return
      const now = clock.now()
      for (const { sequenceId, body, expiresAt } of unacked.messages) {
        if (expiresAt !== undefined && expiresAt <= now) continue
        transmit(connection, codec.complete(body, sequenceId), codec.binary)
      }
    },
  }
}

function release(connection: Connection): void {
  const held = connection.held ?? []
  connection.held = undefined
  for (const send of held) send()
}

function write(connection: Connection, data: string | Buffer, binary: boolean): void {
  const { socket } = connection
  // A closing socket loses the frame; a reliable client gets it on recovery.
  if (socket && socket.readyState === socket.OPEN) socket.send(data, { binary }, () => {})
}
