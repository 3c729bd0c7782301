// Data on its way through the service.

/** `text` holds the raw JSON text for `json`: it travels unchanged. `protobuf` is a serialized `google.protobuf.Any`. */
export type Payload = TextPayload | BytesPayload

interface TextPayload {
  dataType: 'json' | 'text'
  text: string
  metadata?: Record<string, string>
}

interface BytesPayload {
  dataType: 'binary' | 'protobuf'
  bytes: Buffer
  metadata?: Record<string, string>
}

/** Where a message of a stream stands in it. */
export interface StreamPosition {
  streamId: string
  streamSequenceId: number
  endOfStream?: true
  error?: { name: string; message?: string | undefined; userErrorCode?: string | undefined }
}

export interface Message {
  from: 'group' | 'server'
  group?: string
  fromUserId?: string | undefined
  payload: Payload
  stream?: StreamPosition
  /** When an undelivered message may be dropped, in milliseconds since the epoch; never when absent. */
  expiresAt?: number | undefined
}
