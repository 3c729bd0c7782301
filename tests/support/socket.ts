// A raw WebSocket client of the reliable JSON protocol: what it received is kept, what is waited for is an event.
import WebSocket from 'ws'

export interface Frame {
  type: string
  [name: string]: unknown
}

export type Reply = Frame & { ok: boolean; result?: never; error?: { code: string } }

export interface Socket extends AsyncDisposable {
  connectionId: string
  /** Server messages' data, in the order of arrival. */
  received: Frame[]
  /** The first frame, past or future, that fits. */
  wait(fits: (frame: Frame) => boolean): Promise<Frame>
  /** Sends a command and resolves with its reply. */
  command(type: string, fields?: object): Promise<Reply>
  /** Sends anything at all as the event `name`. */
  sendEvent(name: string, dataType: 'json' | 'text', data: unknown): void
  closed: Promise<{ code: number }>
  /** With 1000 for good; without a code the connection could be recovered. */
  close(code?: number): Promise<void>
}

let commands = 0

/** Opens the URL that negotiate gave. @throws Error when the service refuses */
export async function openSocket(url: string): Promise<Socket> {
  const socket = new WebSocket(url, 'json.reliable.webpubsub.azure.v1')
  const received: Frame[] = []
  const waiting = new Set<() => void>()
  const answers = new Map<unknown, (reply: Reply) => void>()
  const closed = new Promise<{ code: number }>((resolve) => socket.on('close', (code) => resolve({ code })))
  // Like the official client: the newest id, at most twice a second.
  let newest = 0
  let waiter: NodeJS.Timeout | undefined
  const acknowledge = (sequenceId: number) => {
    newest = Math.max(newest, sequenceId)
    if (waiter) return
    waiter = setTimeout(() => {
      waiter = undefined
      if (socket.readyState !== WebSocket.OPEN) return
      socket.send(JSON.stringify({ type: 'sequenceAck', sequenceId: newest }))
    }, 500).unref()
  }
  const connected = new Promise<string>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('unexpected-response', (_request, response) =>
      reject(new Error(`Refused with ${response.statusCode}.`)),
    )
    socket.on('message', (bytes) => {
      const frame = JSON.parse(String(bytes))
      if (frame.type === 'system' && frame.event === 'connected') resolve(frame.connectionId)
      if (frame.sequenceId) acknowledge(frame.sequenceId)
      if (frame.type !== 'message') return
      received.push(frame.data)
      answers.get(frame.data.id)?.(frame.data)
      for (const check of [...waiting]) check()
    })
  })
  const connectionId = await connected
  const wait = (fits: (frame: Frame) => boolean): Promise<Frame> =>
    new Promise((resolve) => {
      const check = () => {
        const found = received.find(fits)
        if (!found) return
        waiting.delete(check)
        resolve(found)
      }
      waiting.add(check)
      check()
    })
  const sendEvent: Socket['sendEvent'] = (event, dataType, data) =>
    socket.send(JSON.stringify({ type: 'event', event, dataType, data }))
  const close = async (code?: number) => {
    socket.close(code)
    await closed
  }
  return {
    connectionId,
    received,
    wait,
    sendEvent,
    closed,
    close,
    command(type, fields = {}) {
      const id = `c${++commands}`
      const reply = new Promise<Reply>((resolve) => answers.set(id, resolve))
      sendEvent('command', 'json', { id, type, ...fields })
      return reply.finally(() => answers.delete(id))
    },
    [Symbol.asyncDispose]: () => close(),
  }
}

/** The entries of one chat as this socket showed them, those at or below the last seen seq dropped. */
export function seenEntries(socket: Socket, chatId: string): { seq: number; clientMessageId?: string }[] {
  const seen: { seq: number; clientMessageId?: string }[] = []
  for (const frame of socket.received) {
    if (frame.type !== 'entries' || frame.chatId !== chatId) continue
    for (const entry of frame.entries as { seq: number }[])
      if (entry.seq > (seen.at(-1)?.seq ?? 0)) seen.push(entry)
  }
  return seen
}
