// Every frame the service sends but the data messages, whatever its encoding, and its JSON form.
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-reliable-webpubsub-subprotocol
import type { Payload } from './message.ts'

export type AckError = 'Forbidden' | 'InternalServerError' | 'Duplicate' | 'BadRequest'

export interface Problem<Name extends string = string> {
  name: Name
  message: string
}

export type ServiceFrame =
  | { type: 'pong' }
  | { type: 'ack'; ackId: string; error?: Problem<AckError> }
  | { type: 'connected'; userId: string | undefined; connectionId: string; reconnectionToken?: string }
  | { type: 'disconnected'; message: string }
  | { type: 'invokeResponse'; invocationId: string; payload?: Payload; error?: Problem }
  | { type: 'streamAck'; streamId: string; expectedSequenceId: number }
  | ({ type: 'streamNack'; streamId: string; expectedSequenceId: number } & Problem<'InvalidSequenceId'>)
  | { type: 'streamClosed'; streamId: string; error?: Problem<StreamError> }

export type StreamError =
  | 'StreamNotFound'
  | 'Forbidden'
  | 'BadRequest'
  | 'InternalServerError'
  | 'IdleTimeout'

/** The frame in the JSON subprotocols. An ackId stays the digits it came as: it may exceed a double. */
export function jsonFrame(frame: ServiceFrame): string {
  switch (frame.type) {
    case 'ack': {
      const head = `{"type":"ack","ackId":${frame.ackId},"success":${frame.error === undefined}`
      return frame.error ? `${head},"error":${JSON.stringify(frame.error)}}` : `${head}}`
    }
    case 'connected': {
      const { userId = null, connectionId, reconnectionToken } = frame
      return JSON.stringify({ type: 'system', event: 'connected', userId, connectionId, reconnectionToken })
    }
    case 'disconnected':
      return JSON.stringify({ type: 'system', event: 'disconnected', message: frame.message })
    case 'invokeResponse': {
      const { payload, invocationId, error } = frame
      const head = { type: 'invokeResponse', invocationId, success: error === undefined, error }
      return payload ? `${JSON.stringify(head).slice(0, -1)},${jsonPayload(payload)}}` : JSON.stringify(head)
    }
    default:
      return JSON.stringify(frame)
  }
}

/** A payload as the members `dataType`, `data` and `metadata`; JSON data goes out as the text it came as. */
export function jsonPayload(payload: Payload): string {
  const metadata = payload.metadata ? `,"metadata":${JSON.stringify(payload.metadata)}` : ''
  return `"dataType":"${payload.dataType}","data":${jsonData(payload)}${metadata}`
}

function jsonData(payload: Payload): string {
  if ('bytes' in payload) return `"${payload.bytes.toString('base64')}"`
  return payload.dataType === 'json' ? payload.text : JSON.stringify(payload.text)
}
