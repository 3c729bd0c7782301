// A small event hub: partitions that keep what is put into them, read over AMQP by the official client. It takes every token,
// answers what the client asks about hub and partitions, and lets the newest reader of a group and partition win.
import { EventEmitter, once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import rhea, { type EventContext, type Message, type Sender } from 'rhea'

export interface BrokerEvent {
  body: string | Buffer
  /** Application properties. */
  properties?: Record<string, unknown>
  /** Annotations beside those that the hub makes. */
  annotations?: Record<string, unknown>
  /** Fields of the message such as `content_type`. */
  fields?: Record<string, unknown>
  partitionKey?: string
  enqueuedAt?: string
}

export interface Broker extends AsyncDisposable {
  port: number
  connectionString: string
  /** Puts events into a partition: sequence numbers from 0, offsets a hundred apart. */
  send(partition: number, ...events: BrokerEvent[]): void
  /** Resolves when so many partitions are read by the group. */
  read(group: string, partitions: number): Promise<void>
  /** The bodies of events that clients have sent, in order; they go into no partition. */
  sent: string[]
  /** Resolves when an event with this body was sent. */
  arrives(text: string): Promise<void>
  /** What readers have shown tokens for, and the tokens. */
  audiences: Set<string>
  tokens: Set<string>
  close(): Promise<void>
}

interface Stored extends BrokerEvent {
  sequence: number
  time: number
}

interface Reader {
  sender: Sender
  group: string
  partition: number
  epoch: number
  /** Sequence number of what is sent next. */
  next: number
}

const HUB = 'events'

/** `partitions` that outlive the broker may be given to another one: the hub comes back with what it held. */
export async function startBroker({
  port = 0,
  partitions = [[], []] as Stored[][],
  tls = undefined as { key: string; cert: string } | undefined,
} = {}): Promise<Broker & { partitions: Stored[][] }> {
  const container = rhea.create_container()
  container.sasl_server_mechanisms.enable_anonymous()
  const readers = new Set<Reader>()
  const sockets = new Set<Socket>()
  const watchers = new Set<() => void>()
  const audiences = new Set<string>()
  const tokens = new Set<string>()
  const answerers = new Map<unknown, Sender>()
  const sent: string[] = []
  const arrived = new EventEmitter()

  const pump = (reader: Reader): void => {
    const stored = partitions[reader.partition]!
    while (reader.next < stored.length && reader.sender.sendable()) {
      reader.sender.send(toMessage(stored[reader.next]!))
      reader.next++
    }
  }

  container.on('sender_open', ({ sender, session }: EventContext) => {
    if (!sender || !session) return
    const address = String(sender.source?.address)
    if (address === '$cbs' || address === '$management') return void answerers.set(session, sender)
    const [, hub, group, partition] = /^(.+)\/ConsumerGroups\/(.+)\/Partitions\/(\d+)$/.exec(address) ?? []
    if (hub !== HUB || !partitions[Number(partition)]) {
      return sender.close({ condition: 'amqp:not-found', description: `There is no ${address}.` })
    }
    const epoch = Number(sender.properties?.['com.microsoft:epoch'] ?? -1)
    for (const other of readers) {
      if (other.group !== group || other.partition !== Number(partition)) continue
      readers.delete(other)
      other.sender.close({ condition: 'amqp:link:stolen', description: 'New receiver with equal epoch.' })
    }
    const reader = { sender, group: group!, partition: Number(partition), epoch, next: 0 }
    reader.next = positionOf(filterOf(sender), partitions[reader.partition]!)
    readers.add(reader)
    sender.on('sendable', () => pump(reader))
    sender.on('sender_close', () => readers.delete(reader))
    sender.on('session_close', () => readers.delete(reader))
    sender.on('disconnected', () => readers.delete(reader))
    for (const check of watchers) check()
  })

  container.on('message', ({ message, session, receiver }: EventContext) => {
    if (!message || !session) return
    const asked = message.application_properties ?? {}
    const address = String(receiver?.target.address)
    if (!address.startsWith('$')) {
      for (const text of textsOf(message)) {
        sent.push(text)
        arrived.emit('event', text)
      }
      return
    }
    const isToken = address === '$cbs'
    if (isToken) {
      audiences.add(String(asked.name))
      tokens.add(String(message.body))
    }
    answerers.get(session)?.send({
      correlation_id: message.message_id!,
      application_properties: {
        'status-code': isToken ? 202 : 200,
        'status-description': 'OK',
      },
      body: isToken ? '' : describe(asked, partitions),
    })
  })

  const server = container.listen(
    tls ? { port, host: '127.0.0.1', transport: 'tls', ...tls } : { port, host: '127.0.0.1' },
  )
  const keep = (socket: Socket): void => {
    sockets.add(socket.on('error', () => {}).once('close', () => sockets.delete(socket)))
  }
  server.on('connection', keep)
  container.on('disconnected', ({ connection }: EventContext) => {
    for (const reader of readers) if (reader.sender.connection === connection) readers.delete(reader)
  })
  // Errors of links and connections are the client's to tell.
  for (const event of ['error', 'connection_error', 'session_error', 'sender_error', 'receiver_error']) {
    container.on(event, () => {})
  }
  await once(server, 'listening')
  const taken = (server.address() as AddressInfo).port
  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    // With an error: rhea would not stop its heartbeats otherwise.
    for (const socket of sockets) socket.destroy(new Error('The broker goes away.'))
    await closed
  }
  return {
    port: taken,
    partitions,
    audiences,
    tokens,
    sent,
    async arrives(text) {
      while (!sent.includes(text)) await once(arrived, 'event')
    },
    connectionString: `Endpoint=sb://127.0.0.1:${taken};SharedAccessKeyName=name;SharedAccessKey=a2V5;UseDevelopmentEmulator=true`,
    send(partition, ...events) {
      for (const event of events) {
        const stored = partitions[partition]!
        stored.push({ ...event, sequence: stored.length, time: timeOf(event) })
      }
      for (const reader of readers) if (reader.partition === partition) pump(reader)
    },
    read: (group, count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if ([...readers].filter((reader) => reader.group === group).length < count) return
          watchers.delete(check)
          resolve()
        }
        watchers.add(check)
        check()
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The events of a batch, each a message in a message. */
function textsOf(batch: unknown): string[] {
  // The format of a batch is none that the parser knows, so it comes as bytes.
  const outer = Buffer.isBuffer(batch) ? rhea.message.decode(batch) : batch
  return [contentOf(outer)].flat().map((bytes) => String(contentOf(rhea.message.decode(bytes))))
}

const contentOf = (message: unknown): Buffer => (message as { body: { content: Buffer } }).body.content

const timeOf = ({ enqueuedAt }: BrokerEvent): number =>
  enqueuedAt === undefined ? Date.now() : Date.parse(enqueuedAt)

function toMessage(event: Stored): Message {
  const { types, message } = rhea
  return {
    ...event.fields,
    body: message.data_section(Buffer.from(event.body as string)),
    ...(event.properties && { application_properties: event.properties }),
    message_annotations: {
      ...event.annotations,
      'x-opt-sequence-number': types.wrap_long(event.sequence),
      'x-opt-offset': String(event.sequence * 100),
      'x-opt-enqueued-time': types.wrap_timestamp(event.time),
      ...(event.partitionKey && { 'x-opt-partition-key': event.partitionKey }),
    },
  } as unknown as Message
}

function filterOf(sender: Sender): string {
  const filter = sender.source.filter as Record<string, { value?: unknown } | undefined> | undefined
  return String(
    filter?.['apache.org:selector-filter:string']?.value ?? filter?.['apache.org:selector-filter:string'],
  )
}

/** The sequence number that a reader with this filter begins with. */
function positionOf(filter: string, stored: readonly Stored[]): number {
  const [, what, sign, value = ''] = /x-opt-([a-z-]+) (>=?) '(.*)'/.exec(filter) ?? []
  if (value === '@latest') return stored.length
  const mark = Number(value)
  const member = (one: Stored): number => {
    if (what === 'offset') return one.sequence * 100
    return what === 'sequence-number' ? one.sequence : one.time
  }
  const first = stored.findIndex((one) => (sign === '>=' ? member(one) >= mark : member(one) > mark))
  return first < 0 ? stored.length : first
}

function describe(asked: Record<string, unknown>, partitions: readonly Stored[][]): unknown {
  if (asked.type === 'com.microsoft:eventhub') {
    return {
      name: HUB,
      type: asked.type,
      created_at: rhea.types.wrap_timestamp(0),
      partition_count: partitions.length,
      partition_ids: partitions.map((_, index) => String(index)),
      georeplication_factor: 1,
    }
  }
  const stored = partitions[Number(asked.partition)] ?? []
  return {
    name: HUB,
    type: asked.type,
    partition: asked.partition,
    begin_sequence_number: 0,
    last_enqueued_sequence_number: stored.length - 1,
    last_enqueued_offset: String((stored.length - 1) * 100),
    last_enqueued_time_utc: rhea.types.wrap_timestamp(stored.at(-1)?.time ?? 0),
    is_partition_empty: stored.length === 0,
  }
}
