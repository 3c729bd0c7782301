// What one message costs at the database: round trips and request units, as the emulator counts them.
import { report } from './numbers.ts'
import { registerMany, text } from './people.ts'
import type { Stack } from './stack.ts'

interface Stats {
  operations: Record<string, { count: number; requestUnits: number }>
}

const SENDS = 50

export async function benchCost(stack: Stack): Promise<void> {
  const [ada, bob] = await registerMany(stack.api, 2)
  const { body: chat } = await ada!.call('POST', 'chats', { kind: 'direct', userId: bob!.userId })
  const send = (i: number) =>
    ada!.call('POST', `chats/${chat.chatId}/messages`, {
      clientMessageId: `c${i}`,
      content: text(`message ${i}`),
    })
  await send(0)
  await fetch(`${stack.cosmos}_emulator/stats`, { method: 'DELETE' })
  for (let i = 1; i <= SENDS; i++) await send(i)
  const stats = (await (await fetch(`${stack.cosmos}_emulator/stats`)).json()) as Stats
  const of = (name: string) => stats.operations[name] ?? { count: 0, requestUnits: 0 }
  const batch = of('items.batch')
  report('Cosmos round trips to commit a send, warm', (batch.count / SENDS).toFixed(2), '1')
  report('request units to commit a send, warm', (batch.requestUnits / SENDS).toFixed(2), '≤ 12')
  const patch = of('items.patch')
  report(
    'head patches per send (beside, after the answer)',
    (patch.count / SENDS).toFixed(2),
    '≤ 1 and the inbox',
  )
}
