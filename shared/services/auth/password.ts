// Passwords: argon2id as OWASP advises (19 MiB, 2 passes), in the PHC string format so that costs can grow later.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { ChatError } from '../../domain/error.ts'
import { COMMON_PASSWORDS } from './common-passwords.ts'

const derive = promisify(argon2)
const COST = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }

/** @throws ChatError `invalid-request` for a password of under 8 or over 128 characters, or one everybody uses. */
export function checkPassword(password: string): void {
  const reason =
    password.length < 8
      ? 'needs at least 8 characters'
      : password.length > 128
        ? 'takes at most 128 characters'
        : COMMON_PASSWORDS.has(password.toLowerCase())
          ? 'is one of the most common passwords'
          : undefined
  if (!reason) return
  throw new ChatError('invalid-request', `The password ${reason}.`, {
    errors: [{ path: 'password', message: reason }],
  })
}

/** `$argon2id$v=19$m=…,t=…,p=…$salt$hash`: https://github.com/P-H-C/phc-string-format */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await derive('argon2id', { message: password, nonce, ...COST })
  const cost = `m=${COST.memory},t=${COST.passes},p=${COST.parallelism}`
  return `$argon2id$v=19$${cost}$${unpadded(nonce)}$${unpadded(Buffer.from(tag))}`
}

/** Takes as long for an unknown user (no hash) as for a wrong password. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const stored = parse(hash ?? NOBODY)
  const { nonce, tag, ...cost } = stored
  const derived = await derive('argon2id', { message: password, nonce, ...cost, tagLength: tag.length })
  return timingSafeEqual(Buffer.from(derived), tag) && hash !== undefined
}

const NOBODY = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

function parse(hash: string) {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash)
  if (!match) throw new ChatError('internal', 'A stored password hash is malformed.')
  const [, memory, passes, parallelism, nonce, tag] = match
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(nonce!, 'base64'),
    tag: Buffer.from(tag!, 'base64'),
  }
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
