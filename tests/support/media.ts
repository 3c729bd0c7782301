// Attachments as a client uploads them, and images to upload.
import { PNG } from 'pngjs'
import type { Answer, Person } from './person.ts'

/** A real PNG of this size. */
export const png = (width: number, height: number): Buffer => PNG.sync.write(new PNG({ width, height }))

export interface File {
  name: string
  contentType: string
  bytes: Uint8Array
}

export const picture = (width = 3, height = 2): File => ({
  name: 'picture.png',
  contentType: 'image/png',
  bytes: png(width, height),
})

export const note = (text = 'hello', name = 'note.txt'): File => ({
  name,
  contentType: 'text/plain',
  bytes: Buffer.from(text),
})

/** Asks where to send the file. */
export const announce = (
  person: Person,
  chatId: string,
  { name, contentType, bytes }: File,
  more: object = {},
): Promise<Answer> =>
  person.call('POST', `chats/${chatId}/attachments`, { name, contentType, size: bytes.length, ...more })

/** Sends the bytes where the answer said. */
export const put = (
  { uploadUrl, headers }: { uploadUrl: string; headers: Record<string, string> },
  bytes: Uint8Array,
): Promise<Response> => fetch(uploadUrl, { method: 'PUT', headers, body: Buffer.from(bytes) })

/** Both; the content that a message may carry. */
export async function upload(person: Person, chatId: string, file: File, type = 'file') {
  const { body } = await announce(person, chatId, file)
  const stored = await put(body, file.bytes)
  if (stored.status !== 201) throw new Error(`The storage answered ${stored.status}: ${await stored.text()}`)
  const { name, contentType, bytes } = file
  return { type, attachmentId: body.attachmentId as string, name, contentType, size: bytes.length }
}
