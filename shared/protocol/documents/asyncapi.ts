// The socket as an AsyncAPI document: commands, their replies, and what is pushed. https://www.asyncapi.com/docs/reference/specification/v3.0.0
import * as z from 'zod'
import { errorReplyOut, PUSHES, replyOut } from '../answers/pushes.ts'
import { commandEnvelope } from '../requests/socket.ts'
import type { Described } from './described.ts'
import { createComponents, type JsonSchema } from './schemas.ts'

const AUDIENCES = {
  chat: 'To the group of the chat.',
  user: 'To every socket of the user.',
  admins: 'To the administrators.',
}

const CHANNEL = { $ref: '#/channels/socket' }
const inChannel = (name: string) => ({ $ref: `#/channels/socket/messages/${name}` })
/** A name may hold letters, digits, `-` and `_`. */
const keyOf = (name: string): string => name.replaceAll('.', '_')

export function toAsyncApi(endpoints: Described[], version: string): object {
  const components = createComponents('draft-7')
  const messages: Record<string, object> = {}
  const operations: Record<string, object> = {}
  const message = (name: string, summary: string, payload: JsonSchema) => {
    messages[keyOf(name)] = { name, summary, contentType: 'application/json', payload }
  }
  message('reply.error', 'What went wrong with a command', components.output(errorReplyOut))
  for (const { name, command, summary, input, answers } of endpoints) {
    if (!command) continue
    const result = answers[200] ?? answers[201] ?? z.object({})
    message(
      `command.${name}`,
      summary,
      commandOf(name, components.input(input), components.input(commandEnvelope)),
    )
    message(`reply.${name}`, `The answer to ${name}`, components.output(replyOut(result)))
    operations[keyOf(name)] = {
      action: 'receive',
      channel: CHANNEL,
      summary,
      messages: [inChannel(keyOf(`command.${name}`))],
      reply: { channel: CHANNEL, messages: [inChannel(keyOf(`reply.${name}`)), inChannel('reply_error')] },
    }
  }
  for (const [type, { to, summary, schema }] of Object.entries(PUSHES)) {
    message(`push.${type}`, `${summary}. ${AUDIENCES[to]}`, components.output(schema))
    operations[keyOf(`push.${type}`)] = {
      action: 'send',
      channel: CHANNEL,
      summary,
      messages: [inChannel(keyOf(`push.${type}`))],
    }
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley, the socket',
      version,
      description:
        'A client opens the URL that negotiate gives, with the subprotocol json.reliable.webpubsub.azure.v1, and sends each command as the event `command`. Replies and pushes come as server messages, data in JSON.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: {
      socket: {
        address: '/client/hubs/{hub}',
        parameters: { hub: { description: 'As negotiate says', default: 'chat' } },
        messages: Object.fromEntries(
          Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations,
    components: { messages, schemas: components.schemas },
  }
}

/** A command is its envelope and the fields of the use case in one object. */
function commandOf(name: string, input: JsonSchema, envelope: JsonSchema): JsonSchema {
  const { id } = envelope.properties as Record<string, JsonSchema>
  const own = { id, type: { const: name } }
  const options = (input.oneOf ?? input.anyOf) as JsonSchema[] | undefined
  if (options) return { oneOf: options.map((option) => commandOf(name, option, envelope)) }
  const { properties = {}, required = [] } = input as { properties?: object; required?: string[] }
  return { ...input, properties: { ...own, ...properties, ...own }, required: ['id', 'type', ...required] }
}
