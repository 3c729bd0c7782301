// Somebody with an account: calls the API over HTTP as any client would.
import { openSocket, type Socket } from './socket.ts'

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever the wire brings and compare it with literals
  body: any
}

export interface Person {
  userId: string
  handle: string
  accessToken: string
  refreshToken: string
  call(method: string, path: string, body?: unknown, host?: number): Promise<Answer>
  socket(): Promise<Socket>
}

/** What `messages.send` is asked; without a text, the id is said. */
export const say = (id: string, text = id) => ({ clientMessageId: id, content: { type: 'text', text } })

export const PASSWORD = 'correct horse battery'
let people = 0

/** One HTTP request; a string body is sent as it is. */
export async function call(
  api: string,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<Answer> {
  const response = await fetch(`${api}/${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** Registers somebody new. `apis` are the hosts' base URLs; calls go to the first unless told otherwise. */
export async function register(apis: string[], name: string): Promise<Person> {
  const handle = `${name}-${process.pid}-${++people}`
  const { status, body } = await call(apis[0]!, 'POST', 'auth/register', {
    handle,
    password: PASSWORD,
    displayName: name,
  })
  if (status !== 201) throw new Error(`register answered ${status}: ${JSON.stringify(body)}`)
  const { accessToken, refreshToken } = body
  const own: Person['call'] = (method, path, sent, host = 0) =>
    call(apis[host]!, method, path, sent, accessToken)
  return {
    userId: body.user.userId,
    handle,
    accessToken,
    refreshToken,
    call: own,
    async socket() {
      const negotiated = await own('POST', 'negotiate')
      return openSocket(negotiated.body.url)
    },
  }
}
