// The demo's pictures are painted here: no image file is kept, and none is anybody else's.
import { PNG } from 'pngjs'
import type { Player } from './person.ts'

const SIZE = 320

/** Paints a picture that belongs to its name, uploads it, and returns the content of the message that shows it. */
export async function sendPicture(
  player: Player,
  chatId: string,
  name: string,
  caption: string | undefined,
): Promise<object> {
  const bytes = paint(name)
  const about = { name, contentType: 'image/png', size: bytes.length }
  const { attachmentId, uploadUrl, headers } = await player.call<{
    attachmentId: string
    uploadUrl: string
    headers: Record<string, string>
  }>('POST', `chats/${chatId}/attachments`, about)
  const { ok, status } = await fetch(uploadUrl, { method: 'PUT', headers, body: new Uint8Array(bytes) })
  if (!ok) throw new Error(`The upload of ${name} answered ${status}.`)
  return { type: 'image', attachmentId, ...about, ...(caption !== undefined && { caption }) }
}

/** Circles of light whose places and colours follow from the letters of the name. */
function paint(name: string): Buffer {
  const png = new PNG({ width: SIZE, height: SIZE })
  const letters = [...name].map((letter) => letter.charCodeAt(0))
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) png.data.set([...colourAt(letters, x, y), 255], (y * SIZE + x) * 4)
  }
  return PNG.sync.write(png)
}

function colourAt(letters: number[], x: number, y: number): [number, number, number] {
  const light: [number, number, number] = [24, 26, 38]
  for (const [i, letter] of letters.entries()) {
    const distance = Math.hypot(x - ((letter * 37 + i * 71) % SIZE), y - ((letter * 53 + i * 29) % SIZE))
    light[i % 3]! += Math.max(0, 110 - distance)
  }
  return [Math.min(255, light[0]), Math.min(255, light[1]), Math.min(255, light[2])]
}
