// The reply as a function of the conversation alone: the first rule that fits the newest user text speaks.
// The rules are listed in the README; the same prompt always yields the same reply.
import { type Conversation, isAfterTool, lastUserText } from './conversation.ts'

/** The whole reply to a conversation, Markdown where the user asked for it. */
export function answer(conversation: Conversation): string {
  if (isAfterTool(conversation)) return relate(conversation)
  const text = lastUserText(conversation).trim()
  const files = conversation.turns.findLast((turn) => turn.role === 'user')?.attachments ?? 0
  const rule = RULES.find(({ when }) => when.test(text))
  return `${fileNote(files)}${rule ? rule.say(text) : reflect(text)}${recall(conversation)}`.trim()
}

/** What the tools said since the model called them. */
function relate({ turns }: Conversation): string {
  const since = turns.findLastIndex(({ role }) => role !== 'tool') + 1
  const results = turns.slice(since).flatMap((turn) => turn.results ?? [])
  return results.map(({ name, content }) => `${name} says: ${content}`).join('\n')
}

/** "Reply with exactly this text and nothing else: …", as those ask who try a client out. */
const DICTATED = /^(?:reply|respond|answer) with exactly\b[^:\n]*:\s*([\s\S]+)$/i

const RULES: { when: RegExp; say(text: string): string }[] = [
  { when: /^$/, say: () => 'I am here whenever you want to write something.' },
  {
    when: /^(hi|hello|hey|good (morning|afternoon|evening))\b[\s\S]{0,40}$/i,
    say: () => 'Hello! It is good to hear from you. What would you like to talk about?',
  },
  {
    when: /\b(thanks|thank you)\b/i,
    say: () => 'You are very welcome. If anything else comes up, just ask.',
  },
  { when: DICTATED, say: (text) => DICTATED.exec(text)![1]!.trim() },
  { when: /-?\d+(?:\.\d+)?\s*[-+*/x×]\s*-?\d/, say: calculate },
  { when: /\btable\b/i, say: (text) => `Here it is as a table:\n\n${table(text)}` },
  { when: /\bcode\b|\bfunction\b/i, say: (text) => `Here is a small sketch:\n\n${code(text)}` },
  { when: /\b(list|bullets?|steps)\b/i, say: (text) => `Here is a short list:\n\n${list(text)}` },
  { when: /\bmarkdown\b/i, say: (text) => tour(text) },
  { when: /\b(long|story|essay|detailed?)\b/i, say: (text) => story(text) },
]

function reflect(text: string): string {
  const heard = quote(text)
  if (!text.endsWith('?')) {
    return `Thank you for telling me: ${heard} I would start with what matters most to you about it, and take one small step from there.`
  }
  return `You asked: ${heard} My short answer: it depends on what you already know, so begin with the simplest case, check it, and build on that. Tell me more and I can be more precise.`
}

function calculate(text: string): string {
  const [, left = '', sign = '', right = ''] =
    /(-?\d+(?:\.\d+)?)\s*([-+*/x×])\s*(-?\d+(?:\.\d+)?)/.exec(text) ?? []
  const [a, b] = [Number(left), Number(right)]
  const result = sign === '+' ? a + b : sign === '-' ? a - b : sign === '/' ? a / b : a * b
  if (!Number.isFinite(result)) return 'Dividing by zero has no answer, I am afraid.'
  return `${a} ${sign} ${b} = ${Number(result.toPrecision(12))}`
}

const table = (text: string): string =>
  [
    '| word | letters |',
    '| --- | ---: |',
    ...words(text).map((word) => `| ${word} | ${[...word].length} |`),
  ].join('\n')

const list = (text: string): string =>
  words(text)
    .map((word, index) => `${index + 1}. **${word}**: worth a thought of its own.`)
    .join('\n')

const code = (text: string): string =>
  ['```ts', `const words = ${JSON.stringify(words(text))}`, "console.log(words.join(' '))", '```'].join('\n')

const tour = (text: string): string =>
  [`## About ${quote(text)}`, list(text), table(text), code(text), '> That was *Markdown*, all of it.'].join(
    '\n\n',
  )

function story(text: string): string {
  const [first = 'word', ...others] = words(text)
  const chapters = [first, ...others].map(
    (word, index) =>
      `Part ${index + 1} is about ${word}. It was an ordinary day when ${word} came up, and nobody thought much of it at first. But the longer everyone looked, the more there was to see, and by the evening it had become the only thing worth talking about.`,
  )
  return [
    `You wanted the long version of ${quote(text)}`,
    ...chapters,
    'And that is where it ends, for now.',
  ].join('\n\n')
}

const fileNote = (files: number): string =>
  files === 0 ? '' : files === 1 ? 'Thank you for the file. ' : `Thank you for the ${files} files. `

/** From the third user turn on, the reply shows that earlier turns were seen. */
function recall({ turns }: Conversation): string {
  const said = turns.filter((turn) => turn.role === 'user' && turn.text.trim() !== '')
  return said.length < 3 ? '' : `\n\n(We began with ${quote(said[0]!.text.trim(), 60)})`
}

function quote(text: string, limit = 200): string {
  const letters = [...text.replace(/\s+/g, ' ')]
  return `“${letters.length > limit ? `${letters.slice(0, limit - 1).join('')}…` : letters.join('')}”`
}

/** Up to six different words of four letters or more, in the order they came, without those that only glue. */
function words(text: string): string[] {
  const found = (text.toLowerCase().match(/[\p{L}\p{M}]{4,}/gu) ?? []).filter((word) => !GLUE.has(word))
  return found.length === 0 ? ['this'] : [...new Set(found)].slice(0, 6)
}

const GLUE = new Set(
  'about above after also another because before being below bullet bullets code could demo detail detailed does essay from function give have into just know like list long make many markdown more much only other over please shall should show some steps story table tell than that their them then there these they this those under very want what when where which while will with would write your'.split(
    ' ',
  ),
)
