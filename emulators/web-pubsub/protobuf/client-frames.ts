// The protobuf subprotocols, client to service: one `UpstreamMessage` in, a typed frame or a FrameError out. Field
// numbers are those of the published `webpubsub.client.proto`; fields it does not have are skipped, as protobuf demands.
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-protobuf-webpubsub-subprotocol
import { type ClientFrame, FrameError, isMetadata } from '../client-frames.ts'
import { parseExact } from '../exact-json.ts'
import type { Payload } from '../message.ts'
import { isEventName, isGroupName } from '../names.ts'
import { type Field, readFields, WireError } from './wire.ts'

const SEND_TO_GROUP = 1
const EVENT = 5
const JOIN_GROUP = 6
const LEAVE_GROUP = 7
const SEQUENCE_ACK = 8
const PING = 9

/**
 * Parses one binary frame of a client.
 * @throws FrameError when it is no UpstreamMessage or lacks what its kind needs.
 */
export function parseProtobufFrame(frame: Buffer): ClientFrame {
  try {
    // A oneof: the last member on the wire is the one that counts.
    const member = readFields(frame).findLast(({ number }) => number === 1 || (number >= 5 && number <= 9))
    if (member?.kind !== 'bytes') throw new FrameError('The frame holds no known message.')
    return parseMember(member.number, readFields(member.value))
  } catch (error) {
    if (error instanceof WireError) throw new FrameError(error.message)
    throw error
  }
}

function parseMember(number: number, fields: Field[]): ClientFrame {
  switch (number) {
    case PING:
      return { type: 'ping' }
    case SEQUENCE_ACK: {
      const sequenceId = Number(varint(fields, 1) ?? 0n)
      if (!Number.isSafeInteger(sequenceId)) throw new FrameError('The sequence id is out of range.')
      return { type: 'sequenceAck', sequenceId }
    }
    case JOIN_GROUP:
    case LEAVE_GROUP: {
      const type = number === JOIN_GROUP ? 'joinGroup' : 'leaveGroup'
      return { type, group: groupOf(fields), ackId: varint(fields, 2)?.toString() }
    }
    case SEND_TO_GROUP: {
      const ackId = varint(fields, 2)?.toString()
      const group = groupOf(fields)
      if (bytes(fields, 7)) return { type: 'unsupported', feature: 'Streaming over protobuf', ackId }
      const ttlSeconds = Number(varint(fields, 5) ?? 0n)
      if (ttlSeconds > 300) throw new FrameError('ttl_seconds must be 0 to 300.')
      const noEcho = (varint(fields, 4) ?? 0n) !== 0n
      return { type: 'sendToGroup', group, ackId, noEcho, ttlSeconds, payload: payloadOf(fields, 3, 6) }
    }
    case EVENT: {
      const ackId = varint(fields, 3)?.toString()
      const event = text(bytes(fields, 1))
      if (!isEventName(event)) throw new FrameError('The event name is not valid.')
      if (bytes(fields, 5)) return { type: 'unsupported', feature: 'Streaming over protobuf', ackId }
      return { type: 'event', event, ackId, payload: payloadOf(fields, 2, 4) }
    }
    default:
      throw new FrameError('The frame holds no known message.')
  }
}

function payloadOf(fields: Field[], dataNumber: number, metadataNumber: number): Payload {
  const metadata = metadataOf(fields, metadataNumber)
  const data = bytes(fields, dataNumber)
  if (!data && metadata.metadata) return { dataType: 'text', text: '', ...metadata }
  const member = data && readFields(data).findLast(({ number }) => number >= 1 && number <= 4)
  if (member?.kind !== 'bytes') throw new FrameError('The frame has no data.')
  const { number, value } = member
  if (number === 1) return { dataType: 'text', text: text(value), ...metadata }
  if (number === 2) return { dataType: 'binary', bytes: value, ...metadata }
  if (number === 3) return { dataType: 'protobuf', bytes: value, ...metadata }
  const json = text(value)
  try {
    parseExact(json)
  } catch {
    throw new FrameError('json_data is not JSON.')
  }
  return { dataType: 'json', text: json, ...metadata }
}

/** A `map<string, string>`: one entry message per pair, key 1 and value 2. */
function metadataOf(fields: Field[], wanted: number): { metadata?: Record<string, string> } {
  const entries = fields.flatMap((field): [string, string][] => {
    if (field.number !== wanted || field.kind !== 'bytes') return []
    const entry = readFields(field.value)
    return [[text(bytes(entry, 1)), text(bytes(entry, 2))]]
  })
  if (entries.length === 0) return {}
  const metadata = Object.fromEntries(entries)
  if (!isMetadata(metadata)) throw new FrameError('The metadata is not valid.')
  return { metadata }
}

function groupOf(fields: Field[]): string {
  const group = text(bytes(fields, 1))
  if (!isGroupName(group)) throw new FrameError('The group name is not valid.')
  return group
}

function varint(fields: Field[], wanted: number): bigint | undefined {
  const field = fields.findLast(({ number }) => number === wanted)
  if (field && field.kind !== 'varint') throw new FrameError(`Field ${wanted} must be a number.`)
  return field?.value
}

function bytes(fields: Field[], wanted: number): Buffer | undefined {
  const field = fields.findLast(({ number }) => number === wanted)
  if (field && field.kind !== 'bytes') throw new FrameError(`Field ${wanted} must be length-delimited.`)
  return field?.value
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function text(value: Buffer | undefined): string {
  try {
    return value ? utf8.decode(value) : ''
  } catch {
    throw new FrameError('A string is not UTF-8.')
  }
}
