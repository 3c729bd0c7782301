// A WebSocket client that shows the frames as they are on the wire.
import { WebSocket } from 'ws'

export interface RawClient extends Disposable {
  socket: WebSocket
  /** The next frame, parsed if it is JSON text; frames are kept until asked for. */
  next(): Promise<unknown>
  send(frame: unknown): void
  sendText(text: string): void
  closed: Promise<{ code: number; reason: string }>
  /** Frames received and not yet asked for. */
  pending(): number
}

/** Connects and resolves when the socket is open; rejects with the HTTP status otherwise. */
export async function connectRaw(url: string, subprotocol?: string | string[]): Promise<RawClient> {
  const socket = new WebSocket(url, subprotocol)
  const frames: unknown[] = []
  const waiting: ((frame: unknown) => void)[] = []
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  })
  socket.on('message', (data: Buffer, binary: boolean) => {
    const frame = binary ? data : parse(String(data))
    const waiter = waiting.shift()
    if (waiter) waiter(frame)
    else frames.push(frame)
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  socket.on('error', () => {})
  return {
    socket,
    closed,
    pending: () => frames.length,
    next: () =>
      frames.length > 0 ? Promise.resolve(frames.shift()) : new Promise((resolve) => waiting.push(resolve)),
    send: (frame) => socket.send(JSON.stringify(frame)),
    sendText: (text) => socket.send(text),
    [Symbol.dispose]: () => socket.terminate(),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
