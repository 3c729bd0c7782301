// Somebody's chat with the assistant, with a socket open: most of what is tested of bots begins here.
import { type Person, say } from './person.ts'
import type { Socket } from './socket.ts'

export interface BotMessage {
  senderId: string
  seq: number
  content: { text: string }
  run?: { state: string }
}

export interface BotChat {
  chatId: string
  socket: Socket
  /** Says it; resolves with the prompt's seq. */
  ask(text: string): Promise<number>
  messages(host?: number): Promise<BotMessage[]>
  run(runId: unknown, host?: number): Promise<Record<string, unknown>>
}

export async function openBotChat(person: Person): Promise<BotChat> {
  const { chatId } = (await person.call('POST', 'chats', { kind: 'bot' })).body
  const path = `chats/${chatId}`
  return {
    chatId,
    socket: await person.socket(),
    ask: async (text) => (await person.call('POST', `${path}/messages`, say(text))).body.seq,
    messages: async (host) => (await person.call('GET', `${path}/messages`, undefined, host)).body.messages,
    run: async (runId, host) => (await person.call('GET', `${path}/runs/${runId}`, undefined, host)).body,
  }
}
