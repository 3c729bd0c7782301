// Who brings events: our Web PubSub and nobody else. In Azure it signs in with a token of its own identity; an emulator
// has keys and signs with them. https://learn.microsoft.com/azure/azure-web-pubsub/reference-cloud-events
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '@azure/functions'
import type { App } from '../../shared/app.ts'
import { ChatError } from '../../shared/domain/error.ts'

/** @throws ChatError `unauthorized`, or `unavailable` while the keys that sign tokens cannot be read */
export async function requireSender(
  { eventTokens, config }: Pick<App, 'eventTokens' | 'config'>,
  request: HttpRequest,
): Promise<void> {
  const header = (name: string): string => request.headers.get(name) ?? ''
  if (eventTokens) {
    const [, token] = /^Bearer (\S+)$/i.exec(header('authorization')) ?? []
    if (token && (await eventTokens.isFromSender(token))) return
    throw new ChatError('unauthorized', 'The event brings no token of our Web PubSub.')
  }
  const keys = 'accessKeys' in config.webPubSub ? config.webPubSub.accessKeys : []
  if (signatureIsValid(header('ce-signature'), header('ce-connectionId'), keys)) return
  throw new ChatError('unauthorized', 'The event is not signed by our Web PubSub.')
}

/** `sha256=<hex HMAC of the connection id>`, one per key, comma-separated; compared in constant time. */
function signatureIsValid(header: string, connectionId: string, accessKeys: string[]): boolean {
  const given = header.split(',').map((part) => Buffer.from(part.trim()))
  return accessKeys.some((key) => {
    const expected = Buffer.from(`sha256=${createHmac('sha256', key).update(connectionId).digest('hex')}`)
    return given.some((part) => part.length === expected.length && timingSafeEqual(part, expected))
  })
}
