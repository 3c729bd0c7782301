// The routes of the Gemini API and what each does.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Operation, Reply } from '../../kit/http-server.ts'
import type { Chunk } from '../conversation.ts'
import type { Model } from '../model.ts'
import { countPrompt } from '../tokens.ts'
import { frame, isShown, toResponse } from './answers.ts'
import { GeminiError, unimplemented } from './errors.ts'
import { describeModel, listModels, requireModel } from './models.ts'
import { parseCount, parseGenerate } from './requests.ts'

const PATH = /^\/(v1|v1beta)\/models(?:\/([^/:]+))?(?::(\w+))?$/

/** The operation behind a Gemini URL; undefined when the path is none of Gemini's. */
export function geminiOperation(
  request: IncomingMessage,
  model: Model,
  apiKey: string | undefined,
): Operation | undefined {
  const url = new URL(request.url ?? '/', 'http://emulator')
  if (!/^\/(v1|v1beta)\//.test(url.pathname)) return undefined
  const [, version = 'v1beta', name = '', verb] = PATH.exec(url.pathname) ?? []
  const isKnown = PATH.test(url.pathname)
  const method = `${request.method} ${verb ?? (name ? 'get' : 'list')}`
  const authorized =
    (run: Operation['run']): Operation['run'] =>
    (...args) => {
      checkKey(request, url.searchParams, apiKey)
      return run(...args)
    }
  const named = (operation: string, run: Operation['run']): Operation => ({
    name: `gemini.${operation}`,
    run: authorized(run),
  })
  if (!isKnown) return named('unknown', () => refuse(url.pathname))
  switch (method) {
    case 'GET list':
      return named('models.list', () => json(listModels(url.searchParams, version)))
    case 'GET get':
      return named('models.get', () => json(describeModel(name, version)))
    case 'POST generateContent':
      return named('generateContent', async (body, _request, response) => {
        requireModel(name, version, 'generateContent')
        return whole(name, model.reply(parseGenerate(name, body), response))
      })
    case 'POST streamGenerateContent':
      return named('streamGenerateContent', async (body, _request, response) => {
        requireModel(name, version, 'generateContent')
        return stream(name, url.searchParams, model.reply(parseGenerate(name, body), response), response)
      })
    case 'POST countTokens':
      return named('countTokens', (body) => {
        requireModel(name, version, 'countTokens')
        const totalTokens = countPrompt(parseCount(name, body))
        model.stats.countTokens++
        return json({ totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] })
      })
    default:
      return named('unknown', () => refuse(`${request.method} ${url.pathname}`))
  }
}

async function whole(name: string, chunks: AsyncGenerator<Chunk, void>): Promise<Reply> {
  const all = await Array.fromAsync(chunks)
  return all.length > 0 ? json(toResponse(all, name, randomUUID())) : { status: 200 }
}

/** Waits for the first chunk, so that an error before it still has its own status. */
async function stream(
  name: string,
  query: URLSearchParams,
  chunks: AsyncGenerator<Chunk, void>,
  response: ServerResponse,
): Promise<Reply> {
  const isSse = query.get('alt') === 'sse'
  const first = await chunks.next()
  const responseId = randomUUID()
  async function* responses(): AsyncGenerator<object, void> {
    if (first.done) return
    if (isShown(first.value)) yield toResponse([first.value], name, responseId)
    for await (const chunk of chunks) if (isShown(chunk)) yield toResponse([chunk], name, responseId)
  }
  response.setHeader('content-type', isSse ? 'text/event-stream' : 'application/json; charset=UTF-8')
  return { status: 200, body: frame(responses(), isSse) }
}

function checkKey(request: IncomingMessage, query: URLSearchParams, apiKey: string | undefined): void {
  const header = request.headers['x-goog-api-key']
  const key = (typeof header === 'string' ? header : undefined) ?? query.get('key') ?? ''
  if (key === '' && request.headers.authorization) throw unimplemented('OAuth tokens; use an API key')
  if (key === '') {
    throw new GeminiError(
      403,
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
    )
  }
  if (apiKey === undefined || key === apiKey) return
  throw new GeminiError(400, 'API key not valid. Please pass a valid API key.', [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: 'generativelanguage.googleapis.com' },
    },
  ])
}

function refuse(what: string): never {
  throw unimplemented(`${what} of the Gemini API`)
}

function json(body: object): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(body),
  }
}
