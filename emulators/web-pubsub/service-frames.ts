// The JSON protocol, service to client: every frame but the data messages (message.ts writes those).
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-reliable-webpubsub-subprotocol

export type AckError = 'Forbidden' | 'InternalServerError' | 'Duplicate' | 'BadRequest'

export const pongFrame = (): string => '{"type":"pong"}'

export const ackFrame = (ackId: string, error?: { name: AckError; message: string }): string =>
  error
    ? `{"type":"ack","ackId":${ackId},"success":false,"error":${JSON.stringify(error)}}`
    : `{"type":"ack","ackId":${ackId},"success":true}`

export const connectedFrame = (
  userId: string | undefined,
  connectionId: string,
  reconnectionToken?: string,
): string =>
  JSON.stringify({
    type: 'system',
    event: 'connected',
    userId: userId ?? null,
    connectionId,
    reconnectionToken,
  })

export const disconnectedFrame = (message: string): string =>
  JSON.stringify({ type: 'system', event: 'disconnected', message })

export const invokeErrorFrame = (invocationId: string, message: string): string =>
  JSON.stringify({
    type: 'invokeResponse',
    invocationId,
    success: false,
    error: { name: 'BadRequest', message },
  })

export const streamClosedFrame = (streamId: string, message: string): string =>
  JSON.stringify({ type: 'streamClosed', streamId, error: { name: 'BadRequest', message } })
