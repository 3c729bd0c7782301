// The demo accounts, made through the product's own API as anybody would make theirs.

export interface Account {
  handle: string
  password: string
}

const PEOPLE = [
  { handle: 'ada', displayName: 'Ada Lovelace' },
  { handle: 'grace', displayName: 'Grace Hopper' },
]
const PASSWORD = 'parley-demo-1'

/** Registers who is not there yet. Returns those that can sign in; why another cannot is told to `warn`. */
export async function ensureAccounts(api: string, warn: (text: string) => void): Promise<Account[]> {
  const results = await Promise.all(
    PEOPLE.map(async ({ handle, displayName }) => {
      const response = await fetch(`${api}/auth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ handle, password: PASSWORD, displayName }),
      })
      const text = await response.text()
      // 409: made at an earlier start.
      if (response.status === 201 || response.status === 409) return [{ handle, password: PASSWORD }]
      warn(`The demo account ${handle} could not be made: ${response.status} ${text.slice(0, 300)}`)
      return []
    }),
  )
  return results.flat()
}
