// Who and what the demo is made of. Everything has an id of its own, so that seeding twice changes nothing.

export const PASSWORD = 'parley-demo-1'

export interface Actor {
  handle: string
  displayName: string
  profile?: { type: 'parent'; childrenCount: number } | { type: 'therapist'; specialization: string }
}

/** The first two are shown on the start-up page. */
export const PEOPLE: Actor[] = [
  { handle: 'ada', displayName: 'Ada Lovelace' },
  { handle: 'grace', displayName: 'Grace Hopper' },
  { handle: 'alan', displayName: 'Alan Turing' },
  { handle: 'anna', displayName: 'Anna Freud', profile: { type: 'therapist', specialization: 'children' } },
  { handle: 'peter', displayName: 'Peter Heller', profile: { type: 'parent', childrenCount: 2 } },
]

export interface Line {
  by: string
  text?: string
  /** Name of a picture that is sent instead. */
  picture?: string
  caption?: string
  /** The line, counted from 0, that this one answers. */
  replyTo?: number
}

export type Scene =
  | { kind: 'direct'; pair: [string, string]; lines: Line[] }
  | { kind: 'group'; name: string; owner: string; members: string[]; lines: Line[] }
  | { kind: 'bot'; owner: string; lines: Line[] }

export const SCENES: Scene[] = [
  {
    kind: 'group',
    name: 'Engines',
    owner: 'ada',
    members: ['grace', 'alan'],
    lines: [
      { by: 'ada', text: 'The mill is running. First cards go in at noon.' },
      { by: 'alan', text: 'Does it halt?' },
      { by: 'ada', text: 'Ask me again in a hundred years.', replyTo: 1 },
      { by: 'grace', text: 'Found a **moth** in relay 70. Taped it into the log book.' },
      { by: 'grace', picture: 'moth.png', caption: 'First actual case' },
      { by: 'alan', text: 'Keep it for the museum.', replyTo: 4 },
    ],
  },
  {
    kind: 'direct',
    pair: ['alan', 'grace'],
    lines: [
      { by: 'alan', text: 'Are you coming to the demonstration?' },
      { by: 'grace', text: 'Wouldn’t miss it. I bring a nanosecond for everybody.' },
      { by: 'alan', text: 'How long is it this time?' },
      { by: 'grace', text: '30 centimetres, as always.', replyTo: 2 },
    ],
  },
  {
    kind: 'direct',
    pair: ['peter', 'anna'],
    lines: [
      { by: 'peter', text: 'Is Thursday at four still free?' },
      { by: 'anna', text: 'Yes. Bring the drawings, please.' },
      { by: 'peter', picture: 'drawing.png', caption: 'The newest one' },
    ],
  },
  { kind: 'bot', owner: 'ada', lines: [{ by: 'ada', text: 'Who wrote the first program?' }] },
]
