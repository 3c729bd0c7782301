// Who may ask: OpenAI takes its key as a bearer token, Azure a key in `api-key` or a token of Microsoft Entra.
import type { IncomingMessage } from 'node:http'
import { isEntraToken, type VerifyEntra } from '../../kit/entra.ts'
import { type Flavour, OpenAiError } from './errors.ts'

export interface Keys {
  /** The only key accepted; absent: any key that is not empty. */
  apiKey: string | undefined
  /** Absent: nobody's tokens. */
  entra: VerifyEntra | undefined
}

/** @throws OpenAiError 401 */
export async function checkAccess(request: IncomingMessage, flavour: Flavour, keys: Keys): Promise<void> {
  const bearer = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (flavour === 'openai') return checkKey(bearer, keys.apiKey)
  const header = request.headers['api-key']
  const key = typeof header === 'string' ? header : undefined
  // The newer path takes a key as a bearer token too.
  const isKey = bearer !== undefined && !isEntraToken(bearer)
  if (fits(key ?? (isKey ? bearer : undefined), keys.apiKey)) return
  if (key === undefined && bearer !== undefined && (await isValid(bearer, keys.entra))) return
  throw new OpenAiError(
    401,
    'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
    { code: '401' },
  )
}

/** https://learn.microsoft.com/azure/ai-foundry/openai/how-to/managed-identity */
const AUDIENCES = ['https://cognitiveservices.azure.com', 'https://ai.azure.com']

/** An issuer that cannot be reached makes no token valid. */
async function isValid(token: string, verify: VerifyEntra | undefined): Promise<boolean> {
  return (
    verify?.(token, AUDIENCES).then(
      () => true,
      () => false,
    ) ?? false
  )
}

const fits = (key: string | undefined, right: string | undefined): boolean =>
  key !== undefined && key !== '' && (right === undefined || key === right)

function checkKey(key: string | undefined, right: string | undefined): void {
  if (fits(key, right)) return
  if (key === undefined) {
    throw new OpenAiError(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from https://platform.openai.com/account/api-keys.",
    )
  }
  const shown = key.length > 8 ? `${key.slice(0, 3)}***${key.slice(-4)}` : '***'
  throw new OpenAiError(
    401,
    `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    { code: 'invalid_api_key' },
  )
}
