// The subprotocols by name: how each is written, and whether its connections outlive their sockets. A client without
// subprotocol has no codec; it sees nothing but data.
import type { Codec } from './codec.ts'
import { jsonCodec } from './json-codec.ts'
import { protobufCodec } from './protobuf/codec.ts'

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

/** The subprotocol of that name, in any case, or undefined when the service speaks no such one. */
export const subprotocolOf = (name: string | undefined): Subprotocol | undefined => {
  const key = name?.toLowerCase()
  return key !== undefined && Object.hasOwn(SUBPROTOCOLS, key) ? SUBPROTOCOLS[key] : undefined
}
