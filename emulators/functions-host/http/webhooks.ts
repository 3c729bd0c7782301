// Webhooks of extensions: that of MCP is there, and takes a key of the system; the others are refused.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { levelOf, opens } from '../keys/authorize.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { answer } from './answer.ts'
import { readLimited, TooLarge } from './body-limit.ts'
import { answerWith } from './web-standard.ts'

export interface Webhooks {
  /** Answers the clients of the app's tools, resources and prompts; absent when it has none. */
  mcp: ((request: Request) => Promise<Response>) | undefined
  /** Absent when keys are not asked for. */
  keys: KeyStore | undefined
  /** Largest request body in bytes. */
  bodyLimit: number
}

export async function serveWebhook(
  { mcp, keys, bodyLimit }: Webhooks,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!mcp || !/^\/runtime\/webhooks\/mcp\/?$/.test(path)) {
    const which = mcp ? 'webhooks of extensions but /runtime/webhooks/mcp' : 'webhooks of extensions'
    return answer(response, 501, `${path}: ${which} (webPubSubTrigger and others) are not implemented.`)
  }
  if (keys && !opens(levelOf(keys, request), 'system')) return answer(response, 401)
  try {
    await answerWith(mcp, request, await readLimited(request, bodyLimit), response)
  } catch (error) {
    if (response.headersSent) return void response.socket?.destroySoon()
    const isTooLarge = error instanceof TooLarge
    answer(response, isTooLarge ? 413 : 500, isTooLarge ? error.message : '')
  }
}
