// Somebody of the demo, acting through the product's public API as any client would.
import { type Actor, PASSWORD } from './cast.ts'

export interface Player {
  userId: string
  /** Calls the API as this person. @throws Error that shows the answer when it is none of a success */
  call<T>(method: string, path: string, body?: unknown): Promise<T>
}

/** Registers the person, or signs in who registered before. */
export async function enter(api: string, { handle, displayName, profile }: Actor): Promise<Player> {
  const account = { handle, displayName, password: PASSWORD, ...(profile && { profile }) }
  const registered = await ask(`${api}/auth/register`, 'POST', account)
  const { status, text } =
    registered.status === 409
      ? await ask(`${api}/auth/login`, 'POST', { login: handle, password: PASSWORD })
      : registered
  if (status >= 300)
    throw new Error(`The demo account ${handle} could not be made: ${status} ${text.slice(0, 300)}`)
  const { user, accessToken } = JSON.parse(text) as { user: { userId: string }; accessToken: string }
  return {
    userId: user.userId,
    async call<T>(method: string, path: string, body?: unknown) {
      const answer = await ask(`${api}/${path}`, method, body, accessToken)
      if (answer.status >= 300)
        throw new Error(`${method} ${path} answered ${answer.status} ${answer.text.slice(0, 300)}`)
      return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T
    },
  }
}

async function ask(
  url: string,
  method: string,
  body?: unknown,
  token?: string,
): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}
