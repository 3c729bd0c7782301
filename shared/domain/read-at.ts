// When the other side of a direct chat first had read a message: of each mark they ever set a step is kept, and sending
// reads as well. Steps of one reader follow on one another without a gap, however often the mark moved.
import type { MessageEntry } from './entry.ts'

/** The reader's mark moved from `from` to `seq`. */
export interface ReadStep {
  userId: string
  from: number
  seq: number
  at: string
}

type Sent = Pick<MessageEntry, 'seq' | 'senderId' | 'createdAt'>

/** By seq. `later` are messages behind those asked about, as far as they may be the first answer to one of them. */
export function readTimes(messages: Sent[], later: Sent[], steps: ReadStep[]): Map<number, string> {
  const times = new Map<number, string>()
  const ascending = [...messages, ...later]
  messages.forEach(({ seq, senderId }, index) => {
    const step = steps.find((known) => known.userId !== senderId && known.from < seq && seq <= known.seq)
    const answer = ascending.slice(index + 1).find((next) => next.senderId !== senderId)
    const at = earlier(step?.at, answer?.createdAt)
    if (at !== undefined) times.set(seq, at)
  })
  return times
}

const earlier = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a
