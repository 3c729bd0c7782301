// Functions that every bot may be given. Each sees what the one who asked the bot may see, by the very same use cases.
import type { Bot } from '../../domain/bot.ts'
import { searchTerms, wordCount } from '../../domain/search-terms.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership } from '../chats/read-chat.ts'
import { type SearchDeps, searchChat } from '../messages/search-chat.ts'
import type { Tool } from '../ports/tools.ts'
import type { UserStore } from '../ports/users.ts'
import type { Time } from '../ports/world.ts'
import { namesOf, textOf } from './context.ts'

export interface ToolDeps extends SearchDeps {
  users: Pick<UserStore, 'read'>
  time: Pick<Time, 'now'>
  bots: Bot[]
}

const FOUND = 10
const MEMBERS = 50

export function builtInTools(deps: ToolDeps): Tool[] {
  return [searchTool(deps), membersTool(deps), timeTool(deps)]
}

const actorOf = (userId: string): Actor => ({ userId, sessionId: '', role: 'user' })

const searchTool = (deps: ToolDeps): Tool => ({
  name: 'search_chat',
  description: 'Finds messages of this chat that have all of the words, newest first.',
  parameters: {
    type: 'object',
    properties: { words: { type: 'string', description: 'What to look for' } },
    required: ['words'],
  },
  async run({ words }, { chatId, userId }) {
    const q = String(words ?? '').slice(0, 200)
    if (wordCount(searchTerms(q)) === 0) throw new Error('words names no word to look for.')
    const { messages } = await searchChat(deps, actorOf(userId), { chatId, q, limit: FOUND })
    const names = await namesOf(deps, messages)
    return JSON.stringify(
      messages.map((message) => ({
        at: message.createdAt,
        from: names.get(message.senderId),
        text: textOf(message),
      })),
    )
  },
})

const membersTool = (deps: ToolDeps): Tool => ({
  name: 'list_members',
  description: 'Who is in this chat, with their roles.',
  parameters: { type: 'object', properties: {} },
  async run(_args, { chatId, userId }) {
    await readMembership(deps.inbox, actorOf(userId), chatId)
    const members = await deps.log.listMembers(chatId, { limit: MEMBERS + 1 })
    const shown = members.slice(0, MEMBERS)
    const users = await Promise.all(shown.map(({ userId }) => deps.users.read(userId)))
    const named = shown.map(({ role }, i) => ({ name: users[i]?.displayName ?? 'Somebody', role }))
    return JSON.stringify({ members: named, more: members.length > MEMBERS })
  },
})

const timeTool = ({ time }: ToolDeps): Tool => ({
  name: 'current_time',
  description: 'The date and time now.',
  parameters: {
    type: 'object',
    properties: {
      timeZone: { type: 'string', description: 'IANA name, such as Europe/Berlin; UTC without it' },
    },
  },
  async run({ timeZone = 'UTC' }) {
    const format = new Intl.DateTimeFormat('en-GB', {
      dateStyle: 'full',
      timeStyle: 'long',
      timeZone: String(timeZone),
    })
    return format.format(time.now())
  },
})
