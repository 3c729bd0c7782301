import { type Person, register } from '../tests/support/person.ts'

export async function registerMany(api: string, count: number): Promise<Person[]> {
  const people: Person[] = []
  while (people.length < count) {
    const batch = Math.min(4, count - people.length)
    people.push(...(await Promise.all(Array.from({ length: batch }, () => register([api], 'bench')))))
  }
  return people
}

/** A group of them all, owned by the first. */
export async function createGroup(people: Person[]): Promise<string> {
  const [owner, ...others] = people
  const members = others.slice(0, 29).map(({ userId }) => userId)
  const { body: chat } = await owner!.call('POST', 'chats', { kind: 'group', name: 'Bench', members })
  for (const { userId } of others.slice(29)) {
    await owner!.call('PUT', `chats/${chat.chatId}/members/${userId}`, { role: 'member' })
  }
  return chat.chatId
}

export const text = (value: string) => ({ type: 'text', text: value })
