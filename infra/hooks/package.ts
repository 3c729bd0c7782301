// A package for Azure Functions: a zip, and the deployment endpoint that takes it.
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32, deflateRawSync } from 'node:zlib'
import type { TokenCredential } from '@azure/identity'
import * as z from 'zod'

interface Entry {
  name: string
  bytes: Buffer
}

/** 1 January 2025, as DOS writes it: the same files make the same package. */
const STORED_AT = 0x5a21_0000
const DEFLATE = 8

/** A zip archive. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3 */
export function zip(entries: Entry[]): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const { name, bytes } of entries) {
    const packed = deflateRawSync(bytes)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0)
    about.writeUInt16LE(DEFLATE, 4)
    about.writeUInt32LE(STORED_AT, 6)
    about.writeUInt32LE(crc32(bytes), 10)
    about.writeUInt32LE(packed.length, 14)
    about.writeUInt32LE(bytes.length, 18)
    about.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), about, Buffer.from(name), packed])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    const madeBy = Buffer.from([20, 0])
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, about, place, Buffer.from(name)]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}

/**
 * Deploys to Flex Consumption and waits until it is done.
 * https://learn.microsoft.com/azure/azure-functions/functions-deployment-technologies#one-deploy
 * @throws Error with the status of the endpoint, or of the deployment
 */
export async function publish(
  endpoint: string,
  body: Buffer,
  credential: TokenCredential,
  pauseMs = 1_000,
): Promise<void> {
  const token = await credential.getToken('https://management.azure.com/.default')
  const headers = { authorization: `Bearer ${token?.token}` }
  const sent = await fetch(`${endpoint}/api/publish`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/zip' },
    body: new Uint8Array(body),
  })
  if (!sent.ok) throw new Error(`${endpoint} refused the package: ${sent.status} ${await sent.text()}`)
  const id = z.string().parse(await sent.json())
  for (let tries = 0, seen = false; ; tries++) {
    const answer = await fetch(`${endpoint}/api/deployments/${id}`, { headers })
    // The worker that deploys comes up after the package was taken, and may be gone when it is done.
    if (answer.status === 404 && seen) return
    if (!answer.ok && (answer.status !== 404 || tries > TRIES)) {
      throw new Error(`${endpoint} does not know the deployment: ${answer.status}`)
    }
    if (answer.ok) {
      seen = true
      const { status, status_text: text } = deployment.parse(await answer.json())
      if (status === SUCCEEDED) return
      if (!UNDER_WAY.includes(status)) throw new Error(`${endpoint}: the deployment failed: ${text}`)
    }
    await sleep(pauseMs)
  }
}

const deployment = z.object({ status: z.number(), status_text: z.string().nullish() })
const UNDER_WAY = [0, 1, 2]
const SUCCEEDED = 4
const TRIES = 5
