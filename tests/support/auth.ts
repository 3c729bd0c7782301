// The use cases of signing in, on ports in memory: everything but the world is real.
import { generateKeyPairSync } from 'node:crypto'
import { createTokenIssuer } from '../../shared/services/auth/access-token.ts'
import { createRevocations } from '../../shared/services/auth/revocations.ts'
import { fixedTime } from './fixed-time.ts'
import { memorySessions } from './memory-sessions.ts'
import { memoryUsers } from './memory-users.ts'
import { recordedPush } from './recorded-push.ts'

/** `correct horse battery staple`, hashed at a cost that tests can pay often. */
const HASH = '$argon2id$v=19$m=64,t=3,p=2$AAECAwQFBgcICQoLDA0ODw$x2DDBa4dWyRSftvI23cVjytjIZfYutSc7FqwcYCfPe8'

/** One person, Ada, with the given clock. Ids count up: `id1`, `id2`, … */
export function startAuth(now: number) {
  const time = fixedTime(now)
  const sessions = memorySessions()
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256' }
  let ids = 0
  return {
    time,
    sessions,
    users: memoryUsers({
      userId: 'ada',
      handle: 'ada',
      displayName: 'Ada',
      email: 'ada@example.org',
      profile: { type: 'member' },
      role: 'user',
      createdAt: '2026-03-01T09:00:00.000Z',
      passwordHash: HASH,
    }),
    tokens: createTokenIssuer([key], 'http://parley.test'),
    revocations: createRevocations(sessions, time),
    push: recordedPush(),
    newId: () => `id${++ids}`,
  }
}
