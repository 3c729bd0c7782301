// The demo: a few people, their chats and what they said. Made through the public API, and as often as one likes: ids are
// the client's own, so what is there already is found.
import { type Line, PEOPLE, SCENES, type Scene } from './cast.ts'
import { enter, type Player } from './person.ts'
import { sendPicture } from './picture.ts'

type Players = Map<string, Player>

/** @throws Error with the answer that was none of a success */
export async function seedDemo(api: string): Promise<void> {
  const entered = PEOPLE.map(async (actor) => [actor.handle, await enter(api, actor)] as const)
  const players: Players = new Map(await Promise.all(entered))
  // Scene by scene: the later ones are the newer ones in everybody's list.
  for (const [number, scene] of SCENES.entries()) await play(players, scene, `demo-${number}`)
}

async function play(players: Players, scene: Scene, id: string): Promise<void> {
  const opener = playerOf(players, scene.kind === 'direct' ? scene.pair[0] : scene.owner)
  const { chatId } = await opener.call<{ chatId: string }>('POST', 'chats', requestOf(players, scene, id))
  const said = await readSaid(opener, chatId)
  const seqs: number[] = []
  for (const [i, line] of scene.lines.entries()) {
    const clientMessageId = `${id}-${i}`
    const seq =
      said.get(clientMessageId) ??
      (await say(playerOf(players, line.by), chatId, line, clientMessageId, seqs))
    seqs.push(seq)
  }
}

function requestOf(players: Players, scene: Scene, clientRequestId: string): object {
  const idOf = (handle: string) => playerOf(players, handle).userId
  switch (scene.kind) {
    case 'direct':
      return { kind: 'direct', userId: idOf(scene.pair[1]) }
    case 'group':
      return { kind: 'group', name: scene.name, members: scene.members.map(idOf), clientRequestId }
    case 'bot':
      return { kind: 'bot', clientRequestId }
  }
}

/** Lines that are in the chat already, by their client's id. */
async function readSaid(player: Player, chatId: string): Promise<Map<string, number>> {
  const { messages } = await player.call<{ messages: { clientMessageId?: string; seq: number }[] }>(
    'GET',
    `chats/${chatId}/messages?after=0&limit=100`,
  )
  return new Map(messages.flatMap(({ clientMessageId: id, seq }) => (id === undefined ? [] : [[id, seq]])))
}

async function say(
  player: Player,
  chatId: string,
  { text, picture, caption, replyTo }: Line,
  clientMessageId: string,
  seqs: number[],
): Promise<number> {
  const content =
    picture === undefined ? { type: 'text', text } : await sendPicture(player, chatId, picture, caption)
  const answered = replyTo === undefined ? undefined : seqs[replyTo]
  const { seq } = await player.call<{ seq: number }>('POST', `chats/${chatId}/messages`, {
    clientMessageId,
    content,
    ...(answered !== undefined && { replyTo: answered }),
  })
  return seq
}

function playerOf(players: Players, handle: string): Player {
  const player = players.get(handle)
  if (!player) throw new Error(`Nobody in the demo is called ${handle}.`)
  return player
}
