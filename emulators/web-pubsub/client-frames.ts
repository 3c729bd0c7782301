// The JSON protocol, client to service: one text frame in, a typed frame or a FrameError out.
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-reliable-webpubsub-subprotocol
import { z } from 'zod'
import { parseExact, stringifyExact } from './exact-json.ts'
import type { Payload } from './message.ts'
import { isEventName, isGroupName } from './names.ts'

/** What a client asks to be done, in its turn. The ackId is kept as its digits: it is an unsigned 64-bit number. */
export type Operation =
  | { type: 'joinGroup' | 'leaveGroup'; group: string; ackId?: string | undefined }
  | PublishOperation
  | { type: 'event'; event: string; payload: Payload; ackId?: string | undefined }
  | { type: 'invoke'; invocationId: string; event: string; payload: Payload }
  | StreamOperation

export interface PublishOperation {
  type: 'sendToGroup'
  group: string
  payload: Payload
  noEcho: boolean
  ttlSeconds: number
  ackId?: string | undefined
}

export type StreamOperation =
  | {
      type: 'streamStart'
      streamId: string
      group: string
      noEcho: boolean
      idleTimeoutMs: number
      ackId?: string | undefined
    }
  /** Without part: only keeps the stream from being idle. */
  | { type: 'streamData'; streamId: string; part?: { sequenceId: number; payload: Payload } }
  | { type: 'streamEnd'; streamId: string; error?: StreamEndError | undefined }

export interface StreamEndError {
  message?: string | undefined
  userErrorCode?: string | undefined
}

export type ClientFrame =
  | Operation
  | { type: 'ping' }
  | { type: 'sequenceAck'; sequenceId: number }
  | { type: 'cancelInvocation'; invocationId: string }
  | UnsupportedFrame

/** A frame of the protocol that this emulator does not serve. */
export interface UnsupportedFrame {
  type: 'unsupported'
  feature: string
  ackId?: string | undefined
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
const data = { dataType: z.string().nullish(), data: z.unknown().optional(), metadata }
const event = z.string().refine(isEventName, 'is not an event name')
const invocationId = z.string().min(1)
const streamId = z.string().min(1)

/** How long a stream may be silent unless it says otherwise, in milliseconds. */
const STREAM_IDLE_MS = 300_000

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
    stream: z
      .object({
        streamId,
        idleTimeoutMs: z
          .int()
          .min(1)
          .max(2 ** 31 - 1)
          .nullish(),
      })
      .nullish(),
    ...data,
  }),
  event: z.object({ event, ackId, ...data }),
  invoke: z.object({ invocationId, target: z.literal('event').nullish(), event, ...data }),
  cancelInvocation: z.object({ invocationId }),
  streamData: z.object({ streamId, streamSequenceId: z.int().min(1).nullish(), ...data }),
  streamEnd: z.object({
    streamId,
    error: z.object({ message: z.string().optional(), userErrorCode: z.string().optional() }).nullish(),
  }),
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
    case 'sendToGroup':
      return parseSendToGroup(check('sendToGroup', json))
    case 'event': {
      const frame = check('event', json)
      return { type: 'event', event: frame.event, ackId: frame.ackId, payload: parsePayload(frame) }
    }
    case 'invoke': {
      const frame = check('invoke', json)
      // The official client leaves both members out when it has nothing to send.
      const payload = hasData(frame) ? parsePayload(frame) : EMPTY
      return { type: 'invoke', invocationId: frame.invocationId, event: frame.event, payload }
    }
    case 'cancelInvocation':
      return { type: 'cancelInvocation', ...check('cancelInvocation', json) }
    case 'streamData': {
      const frame = check('streamData', json)
      const { streamId, streamSequenceId: sequenceId } = frame
      if (typeof sequenceId !== 'number' && !hasData(frame)) return { type: 'streamData', streamId }
      if (typeof sequenceId !== 'number') throw new FrameError('The stream data has no streamSequenceId.')
      return { type: 'streamData', streamId, part: { sequenceId, payload: parsePayload(frame) } }
    }
    case 'streamEnd': {
      const { streamId, error } = check('streamEnd', json)
      return { type: 'streamEnd', streamId, error: error ?? undefined }
    }
    default:
      return { type: 'unsupported', feature: 'Group state', ...check(type.data.type, json) }
  }
}

function parseSendToGroup(frame: z.output<(typeof FRAMES)['sendToGroup']>): ClientFrame {
  const { group, ackId, stream } = frame
  const noEcho = frame.noEcho ?? false
  if (!stream) {
    const ttlSeconds = frame.ttlSeconds ?? 0
    return { type: 'sendToGroup', group, ackId, noEcho, ttlSeconds, payload: parsePayload(frame) }
  }
  if (hasData(frame)) throw new FrameError('The frame that starts a stream carries no data.')
  const idleTimeoutMs = stream.idleTimeoutMs ?? STREAM_IDLE_MS
  return { type: 'streamStart', streamId: stream.streamId, group, ackId, noEcho, idleTimeoutMs }
}

const EMPTY: Payload = { dataType: 'text', text: '' }

const hasData = ({ data, dataType }: DataMembers): boolean =>
  (data !== undefined && data !== null) || (dataType !== undefined && dataType !== null)

/** Whether these may be the metadata of a message: keys are HTTP tokens, values at most 1024 characters long. */
export const isMetadata = (candidate: unknown): boolean => metadata.safeParse(candidate).success

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
  dataType?: string | null | undefined
  data?: unknown
  metadata?: Record<string, string> | null | undefined
}

function parsePayload(frame: DataMembers): Payload {
  const { data } = frame
  const dataType = frame.dataType ?? 'json'
  const metadata = frame.metadata ? { metadata: frame.metadata } : {}
  if (frame.metadata && !hasData(frame)) return { ...EMPTY, ...metadata }
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
