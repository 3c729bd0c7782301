// The JSON subprotocols as a codec. The sequence id goes in front, so that the rest is the same bytes for everyone.
import { parseFrame } from './client-frames.ts'
import type { Codec } from './codec.ts'
import type { Message } from './message.ts'
import { jsonFrame, jsonPayload } from './service-frames.ts'

export const jsonCodec: Codec = {
  binary: false,
  parse: (frame) => parseFrame(frame.toString('utf8')),
  control: jsonFrame,
  body: (message) => Buffer.from(`${members(message)}}`),
  complete(body, sequenceId) {
    const head = sequenceId === undefined ? '{' : `{"sequenceId":${sequenceId},`
    const frame = Buffer.allocUnsafe(head.length + body.length)
    frame.write(head, 'latin1')
    body.copy(frame, head.length)
    return frame
  },
}

function members({ from, group, fromUserId, payload, stream }: Message): string {
  const sender = fromUserId === undefined ? '' : `"fromUserId":${JSON.stringify(fromUserId)},`
  const source =
    from === 'server' ? '"from":"server"' : `"from":"group",${sender}"group":${JSON.stringify(group)}`
  const position = stream ? `,"stream":${JSON.stringify(stream)}` : ''
  return `"type":"message",${source},${jsonPayload(payload)}${position}`
}
