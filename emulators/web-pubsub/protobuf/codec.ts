// The protobuf subprotocols as a codec, service to client: `DownstreamMessage`. The sender's user id has no field in it,
// invocations and streams have no messages: what would need them is refused before it comes here.
import type { Codec } from '../codec.ts'
import type { Message, Payload } from '../message.ts'
import type { ServiceFrame } from '../service-frames.ts'
import { parseProtobufFrame } from './client-frames.ts'
import { bytesField, varintField } from './wire.ts'

const ACK = 1
const DATA = 2
const SYSTEM = 3
const PONG = 4

export const protobufCodec: Codec = {
  binary: true,
  parse: parseProtobufFrame,
  control,
  body: ({ from, group, payload }: Message) =>
    Buffer.concat([
      bytesField(1, from),
      ...(group === undefined ? [] : [bytesField(2, group)]),
      bytesField(3, payloadField(payload)),
      ...Object.entries(payload.metadata ?? {}).map(([key, value]) =>
        bytesField(5, [bytesField(1, key), bytesField(2, value)]),
      ),
    ]),
  // Fields may come in any order, so the sequence id can follow what everyone shares.
  complete: (body, sequenceId) =>
    bytesField(DATA, sequenceId === undefined ? body : [body, varintField(4, sequenceId)]),
}

function control(frame: ServiceFrame): Buffer {
  switch (frame.type) {
    case 'pong':
      return bytesField(PONG, [])
    case 'ack': {
      const { ackId, error } = frame
      const outcome = error
        ? bytesField(3, [bytesField(1, error.name), bytesField(2, error.message)])
        : varintField(2, 1)
      return bytesField(ACK, [varintField(1, BigInt(ackId)), outcome])
    }
    case 'connected': {
      const { connectionId, userId, reconnectionToken } = frame
      const fields = [bytesField(1, connectionId)]
      if (userId) fields.push(bytesField(2, userId))
      if (reconnectionToken) fields.push(bytesField(3, reconnectionToken))
      return bytesField(SYSTEM, bytesField(1, fields))
    }
    case 'disconnected':
      return bytesField(SYSTEM, bytesField(2, bytesField(2, frame.message)))
    default:
      throw new Error(`The protobuf subprotocols have no ${frame.type}.`)
  }
}

function payloadField(payload: Payload): Buffer {
  if ('bytes' in payload) return bytesField(payload.dataType === 'binary' ? 2 : 3, payload.bytes)
  return bytesField(payload.dataType === 'text' ? 1 : 4, payload.text)
}
