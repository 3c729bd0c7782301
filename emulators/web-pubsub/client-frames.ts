// The JSON protocol, client to service: one text frame in, a typed frame or a FrameError out.
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-reliable-webpubsub-subprotocol
import { z } from 'zod'
import { parseExact, stringifyExact } from './exact-json.ts'
import type { Payload } from './message.ts'
import { isEventName, isGroupName } from './names.ts'

/** What a client asks to be done. The ackId is kept as its digits: it is an unsigned 64-bit number. */
export type Operation =
  | { type: 'joinGroup' | 'leaveGroup'; group: string; ackId?: string | undefined }
  | PublishOperation
  | { type: 'event'; event: string; payload: Payload; ackId?: string | undefined }

export interface PublishOperation {
  type: 'sendToGroup'
  group: string
  payload: Payload
  noEcho: boolean
  ttlSeconds: number
  ackId?: string | undefined
}

export type ClientFrame =
  | Operation
  | { type: 'ping' }
  | { type: 'sequenceAck'; sequenceId: number }
  | UnsupportedFrame

/** A frame of the protocol that this emulator does not serve. */
export interface UnsupportedFrame {
  type: 'unsupported'
  feature: string
  ackId?: string | undefined
  invocationId?: string
  streamId?: string
}

/** The frame is not one of the protocol: the connection is closed with 1007. */
export class FrameError extends Error {}

const UINT64_MAX = 18_446_744_073_709_551_615n
const ackId = z
  .union([z.int().min(0), z.bigint().max(UINT64_MAX)])
  .nullish()
  .transform((id) => id?.toString())
const group = z.string().refine(isGroupName, 'is not a group name')
const metadata = z
  .record(z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/), z.string().max(1024))
  .nullish()
const data = { dataType: z.string().optional(), data: z.unknown().optional(), metadata }

const FRAMES = {
  ping: z.object({}),
  sequenceAck: z.object({ sequenceId: z.int().min(0) }),
  joinGroup: z.object({ group, ackId }),
  leaveGroup: z.object({ group, ackId }),
  sendToGroup: z.object({
    group,
    ackId,
    noEcho: z.boolean().nullish(),
    ttlSeconds: z.int().min(0).max(300).nullish(),
    stream: z.object({ streamId: z.string() }).optional(),
    ...data,
  }),
  event: z.object({ event: z.string().refine(isEventName, 'is not an event name'), ackId, ...data }),
  invoke: z.object({ invocationId: z.string() }),
  cancelInvocation: z.object({ invocationId: z.string() }),
  streamData: z.object({ streamId: z.string() }),
  streamEnd: z.object({ streamId: z.string() }),
  setGroupState: z.object({ ackId }),
  subscribeGroupState: z.object({ ackId }),
  unsubscribeGroupState: z.object({ ackId }),
}

/**
 * Parses one text frame of a client.
 * @throws FrameError when it is not JSON, not of a known type, or lacks what its type needs.
 */
export function parseFrame(text: string): ClientFrame {
  const json = parseJson(text)
  const type = z.object({ type: z.enum(Object.keys(FRAMES) as (keyof typeof FRAMES)[]) }).safeParse(json)
  if (!type.success) throw new FrameError(z.prettifyError(type.error))
  switch (type.data.type) {
    case 'ping':
      return { type: 'ping' }
    case 'sequenceAck':
      return { type: 'sequenceAck', ...check('sequenceAck', json) }
    case 'joinGroup':
    case 'leaveGroup':
      return { type: type.data.type, ...check(type.data.type, json) }
    case 'sendToGroup': {
      const frame = check('sendToGroup', json)
      if (frame.stream) return { type: 'unsupported', feature: 'Streaming', streamId: frame.stream.streamId }
      return {
        type: 'sendToGroup',
        group: frame.group,
        ackId: frame.ackId,
        noEcho: frame.noEcho ?? false,
        ttlSeconds: frame.ttlSeconds ?? 0,
        payload: parsePayload(frame),
      }
    }
    case 'event': {
      const frame = check('event', json)
      return { type: 'event', event: frame.event, ackId: frame.ackId, payload: parsePayload(frame) }
    }
    case 'invoke':
    case 'cancelInvocation':
      return { type: 'unsupported', feature: 'Invocation', ...check(type.data.type, json) }
    case 'streamData':
    case 'streamEnd':
      return { type: 'unsupported', feature: 'Streaming', ...check(type.data.type, json) }
    default:
      return { type: 'unsupported', feature: 'Group state', ...check(type.data.type, json) }
  }
}

function check<T extends keyof typeof FRAMES>(type: T, json: unknown): z.output<(typeof FRAMES)[T]> {
  const parsed = FRAMES[type].safeParse(json)
  if (!parsed.success) throw new FrameError(z.prettifyError(parsed.error))
  return parsed.data as z.output<(typeof FRAMES)[T]>
}

function parseJson(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    throw new FrameError('The frame is not JSON.')
  }
}

interface DataMembers {
  dataType?: string | undefined
  data?: unknown
  metadata?: Record<string, string> | null | undefined
}

function parsePayload(frame: DataMembers): Payload {
  const { dataType = 'json', data } = frame
  const metadata = frame.metadata ? { metadata: frame.metadata } : {}
  if (dataType === 'json') {
    if (data === undefined || data === null) throw new FrameError('The frame has no data.')
    return { dataType, text: stringifyExact(data), ...metadata }
  }
  if (typeof data !== 'string') throw new FrameError(`Data of type ${dataType} must be a string.`)
  if (dataType === 'text') return { dataType, text: data, ...metadata }
  if (dataType !== 'binary' && dataType !== 'protobuf') throw new FrameError(`Unknown dataType ${dataType}.`)
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data)) {
    throw new FrameError('The data is not base64.')
  }
  return { dataType, bytes: Buffer.from(data, 'base64'), ...metadata }
}
