// `npm run cost`: what a month costs at no, 1,000, 100,000 and 1,000,000 messages a day, or at what the options say.
import { Command } from 'commander'
import { put } from './document.ts'
import measuredFile from './measured.json' with { type: 'json' }
import { type Cost, costOf, type Measured, type Prices, type Setup, type Usage } from './model.ts'
import { othersCost } from './others.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { REPLY, type ReplyCost, replyCost } from './replies.ts'

export const USAGE: Usage = {
  messagesPerDay: 0,
  online: 3,
  receipts: 1,
  connects: 0.05,
  historyPages: 0.1,
  messagesPerPersonAndDay: 20,
  connectedShare: 0.25,
  peak: 4,
  monthsKept: 12,
  storedKb: 1.6,
  loggedKb: 2.5,
}

const DEV: Setup = {
  cosmos: 'serverless',
  maxRequestUnits: 0,
  webPubSub: 'Free',
  leastUnits: 1,
  memoryGb: 0.5,
  readyForRequests: 0,
  readyForFeed: 0,
  feedPollSeconds: 5,
  pageIsStandard: false,
  isAlerted: false,
}

const PROD: Setup = {
  cosmos: 'autoscale',
  maxRequestUnits: 24_000,
  webPubSub: 'Premium',
  leastUnits: 2,
  memoryGb: 2,
  readyForRequests: 2,
  readyForFeed: 2,
  feedPollSeconds: 1,
  pageIsStandard: true,
  isAlerted: true,
}

/** The tiers of infra/parameters, and dev with paid sockets and somebody to alert for what lies between. */
export const SETUPS: Record<string, Setup> = {
  dev: DEV,
  small: { ...DEV, webPubSub: 'Standard', isAlerted: true },
  prod: PROD,
}

/** Each a number of messages a day, and the setup that fits it. */
const COLUMNS: [number, string][] = [
  [0, 'dev'],
  [1_000, 'dev'],
  [100_000, 'small'],
  [1_000_000, 'small'],
  [0, 'prod'],
  [1_000_000, 'prod'],
]

const { '//': _, ...measured } = measuredFile
export const prices = Object.fromEntries(
  Object.entries(pricesFile).flatMap(([name, entry]) =>
    typeof entry === 'string' ? [] : [[name, entry.price]],
  ),
) as Prices

/** The table of docs/cost.md, as Markdown. */
export function table(columns: [number, string][], usage: Usage): string {
  const results = columns.map(([messagesPerDay, setup]) => {
    const used = { ...usage, messagesPerDay }
    return { cost: costOf(used, SETUPS[setup]!, measured, prices), others: othersCost(used, prices) }
  })
  const dollars = (value: number): string => `$${value < 100 ? value.toFixed(2) : value.toFixed(0)}`
  const row = (name: string, of: (cost: Cost) => string): string[] => [
    name,
    ...results.map(({ cost }) => of(cost)),
  ]
  const money = (name: string, key: keyof Cost): string[] => row(name, (cost) => dollars(cost[key]))
  const rows = [
    ['messages a day', ...columns.map(([messages]) => messages.toLocaleString('en-US'))],
    ['---', ...columns.map(() => '---:')],
    ['setup', ...columns.map(([, setup]) => setup)],
    row('connections at the busiest time', ({ connections }) => connections.toLocaleString('en-US')),
    row('units of Web PubSub', ({ units }) => String(units)),
    money('Cosmos DB', 'cosmos'),
    money('Functions', 'functions'),
    money('Web PubSub', 'webPubSub'),
    money('storage: locks of the host', 'storage'),
    money('logs', 'logs'),
    money('alerts', 'alerts'),
    money('page', 'page'),
    row('**a month**', ({ total }) => `**${dollars(total)}**`),
    [
      'Azure Communication Services Chat',
      ...results.map(({ others }) => dollars(others.communicationServices)),
    ],
    ['Ably, per minute', ...results.map(({ others }) => dollars(others.ably))],
  ]
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export const documented = (): string => table(COLUMNS, USAGE)

const REPLY_PARTS: Record<keyof ReplyCost, string> = {
  model: `the model: ${REPLY.tokensIn} tokens in, ${REPLY.tokensOut} out`,
  functions: `an instance for the ${REPLY.seconds} s that it speaks, alone`,
  webPubSub: 'its words on their way to one person, ten times a second',
  cosmos: 'the run, its checkpoints, the reply',
  logs: 'logs',
  total: '**together**',
}

/** A thousand replies of a bot, in the sizes of dev and of prod. */
export function replies(): string {
  const [small, big] = [DEV, PROD].map((setup) => replyCost(setup, USAGE.loggedKb, measured, prices))
  const cell = (cost: ReplyCost, part: keyof ReplyCost): string => `$${(cost[part] * 1_000).toFixed(2)}`
  return [
    '| a thousand replies | 512 MB | 2 GB |',
    '| --- | ---: | ---: |',
    ...Object.entries(REPLY_PARTS).map(
      ([part, what]) =>
        `| ${what} | ${cell(small!, part as keyof ReplyCost)} | ${cell(big!, part as keyof ReplyCost)} |`,
    ),
  ].join('\n')
}

/** What each figure of measured.json is, in words. */
const FIGURES: Record<keyof Measured, string> = {
  commit: 'a message: the batch that commits it (two strong reads, one indexed write)',
  head: 'a message: the patch of the chat’s head, beside',
  receipt: 'a read receipt',
  connectAndSync: 'opening a connection and synchronising five chats',
  historyPage: 'a page of history, 50 messages, in a direct chat',
  feedPerChatOfBatch: 'the feed: a chat and its head, per chat in a batch',
  feedPerBatch: 'the feed: reading a batch and keeping its place',
  emptyPoll: 'a poll of the feed that finds nothing',
  endedSessions: 'which sessions ended: asked once a second by a process that is asked anything',
  timer: 'a timer that finds nothing to do',
  reply: 'a bot’s reply, beyond the message that asks for it',
}

export const figures = (): string =>
  [
    '| what | request units |',
    '| --- | ---: |',
    ...Object.entries(FIGURES).map(([name, what]) => `| ${what} | ${measured[name as keyof Measured]} |`),
  ].join('\n')

if (import.meta.main) {
  const program = new Command('npm run cost --')
    .description('What a month costs, in US dollars. Prices and their dates: infra/cost/prices.json.')
    .option('--messages <list>', 'messages a day, several by commas; without it those of docs/cost.md')
    .option('--write', 'puts the tables into docs/cost.md')
    .option('--setup <name>', `one of ${Object.keys(SETUPS).join(', ')}`, 'small')
  for (const [name, value] of Object.entries(USAGE)) {
    if (name !== 'messagesPerDay')
      program.option(`--${dashed(name)} <n>`, `${value} by default`, Number, value)
  }
  const { messages, setup, write, ...given } = program
    .parse()
    .opts<Usage & { messages?: string; setup: string; write?: boolean }>()
  if (!(setup in SETUPS)) program.error(`There is no setup ${setup}.`)
  const columns = messages?.split(',').map((count): [number, string] => [Number(count), setup])
  if (
    columns?.some(([count]) => !(count >= 0)) ||
    Object.values(given).some((value) => !(Number(value) >= 0))
  ) {
    program.error('Every figure must be a number that is not negative.')
  }
  if (write) {
    await put('docs/cost.md', 'cost', documented())
    await put('docs/cost.md', 'figures', figures())
    await put('docs/cost.md', 'replies', replies())
  }
  console.log(table(columns ?? COLUMNS, { ...USAGE, ...given }))
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
