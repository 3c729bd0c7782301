// Where the keys that sign access tokens come from: every version of the vault's secret that is in use, the newest first,
// so that a new version signs at once and the one before it still verifies; without such a secret, the settings.
import type { Config } from '../config.ts'
import { signingKeySet } from '../config-settings.ts'
import type { Logger, Secrets } from '../services/ports/world.ts'

type SigningKey = NonNullable<Config['signingKeys']>['keys'][number]

const SECRET = 'signing-keys'

/**
 * The keys in use. A version that is no set of private keys is left out, and the log says so.
 * @throws Error when there is no key at all, and what the vault throws before it was read once
 */
export function signingKeysOf(
  config: Pick<Config, 'signingKeys'>,
  secrets: Secrets | undefined,
  logger: Logger,
): (refresh?: boolean) => Promise<SigningKey[]> {
  let known: { values: string[]; keys: SigningKey[] } | undefined
  return async (refresh) => {
    const values = (await secrets?.readVersions(SECRET, refresh)) ?? []
    if (known && values.join() === known.values.join()) return known.keys
    const keys = distinct(values.flatMap((value, age) => parse(value, age, logger)))
    if (keys.length === 0) keys.push(...(config.signingKeys?.keys ?? []))
    if (keys.length === 0) throw new Error(`Neither the secret ${SECRET} nor SIGNING_KEYS holds a key.`)
    known = { values, keys }
    return keys
  }
}

function parse(value: string, age: number, logger: Logger): SigningKey[] {
  const parsed = signingKeySet.safeParse(value)
  if (!parsed.success) logger('error', 'signing-keys.malformed', { secret: SECRET, versionsBefore: age })
  return parsed.data?.keys ?? []
}

/** A name for a key is used once: the newer one has it. */
const distinct = (keys: SigningKey[]): SigningKey[] =>
  keys.filter(({ kid }, index) => keys.findIndex((key) => key.kid === kid) === index)
