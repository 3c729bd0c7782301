// The routes of OpenAI's API, under `/v1`, and of Azure's form of it, under `/openai`, and what each does.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../kit/clock.ts'
import type { Operation, Reply } from '../../kit/http-server.ts'
import type { Chunk } from '../conversation.ts'
import type { Model } from '../model.ts'
import { checkAccess, type Keys } from './access.ts'
import { type Envelope, toCompletion, toEvents } from './answers.ts'
import { type Flavour, OpenAiError, toErrorReply, unimplemented } from './errors.ts'
import { describeModel, listModels, requireModel } from './models.ts'
import { type Ask, parseAsk } from './requests.ts'

export interface OpenAiDeps extends Keys {
  model: Model
  clock: Clock
  /** Azure's deployments and the model behind each; absent: any name is a deployment. */
  deployments: Record<string, string> | undefined
}

interface Target {
  flavour: Flavour
  /** After `/v1`, `/openai/v1` or `/openai/deployments/<name>`. */
  path: string
  deployment?: string
  hasVersion: boolean
}

/** The operation behind one of OpenAI's URLs; undefined when the path is none of them. */
export function openAiOperation(request: IncomingMessage, deps: OpenAiDeps): Operation | undefined {
  const target = targetOf(request)
  if (!target) return undefined
  const { flavour, path } = target
  const guarded = (name: string, run: Operation['run']): Operation => ({
    name: `openai.${name}`,
    async run(body, ...others) {
      try {
        await checkAccess(request, flavour, deps)
        if (!target.hasVersion) throw new OpenAiError(404, 'Resource not found', { code: '404' })
        return await run(body, ...others)
      } catch (error) {
        return toErrorReply(error, flavour)
      }
    },
  })
  const [, model] = /^\/models(?:\/([^/]+))?$/.exec(path) ?? []
  if (request.method === 'POST' && path === '/chat/completions')
    return guarded('chat.completions', (body, _request, response) => complete(body, target, deps, response))
  if (request.method === 'GET' && path === '/models' && !target.deployment)
    return guarded('models.list', () => json(listModels()))
  if (request.method === 'GET' && model !== undefined && !target.deployment)
    return guarded('models.get', () => json(describeModel(decodeURIComponent(model))))
  return guarded('unknown', () => {
    if (!API.has(path.split('/')[1] ?? '')) throw unknownUrl(`${request.method} /v1${path}`, flavour)
    throw unimplemented(NAMES[path] ?? `${request.method} ${path} of the OpenAI API`)
  })
}

/** The first words of the paths that OpenAI's SDK calls; what is under none of them is nowhere. */
const API = new Set(
  'agents assistants audio batches chat chatkit completions containers content_provenance_checks conversations decisions embeddings evals files fine_tuning images live models moderations organization projects realtime responses skills threads uploads vaults vector_stores videos webhook_endpoints webhook_event_types'.split(
    ' ',
  ),
)

const unknownUrl = (what: string, flavour: Flavour): OpenAiError =>
  flavour === 'azure'
    ? new OpenAiError(404, 'Resource not found', { code: '404' })
    : new OpenAiError(404, `Invalid URL (${what})`)

const NAMES: Record<string, string> = {
  '/embeddings': 'embeddings',
  '/responses': 'the Responses API',
  '/completions': 'the legacy completions',
  '/images/generations': 'images',
  '/audio/speech': 'audio',
  '/audio/transcriptions': 'audio',
  '/moderations': 'moderations',
}

/** `/v1/models` is Gemini's as well: OpenAI's callers show a bearer token. */
function targetOf(request: IncomingMessage): Target | undefined {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://emulator')
  const azure = /^\/openai(?:\/v1|\/deployments\/([^/]+))(\/.+)$/.exec(pathname)
  if (azure) {
    const [, deployment, path = ''] = azure
    if (deployment === undefined) return { flavour: 'azure', path, hasVersion: true }
    const hasVersion = /^\d{4}-\d\d-\d\d(-preview)?$/.test(searchParams.get('api-version') ?? '')
    return { flavour: 'azure', path, deployment: decodeURIComponent(deployment), hasVersion }
  }
  const isBearer = request.headers.authorization?.startsWith('Bearer ') && !searchParams.has('key')
  const [, path = ''] = /^\/v1(\/.+)$/.exec(pathname) ?? []
  if (path === '' || (/^\/models\b/.test(path) && !isBearer)) return undefined
  return { flavour: 'openai', path, hasVersion: true }
}

async function complete(
  body: Buffer,
  { flavour, deployment }: Target,
  { model, clock, deployments }: OpenAiDeps,
  response: ServerResponse,
): Promise<Reply> {
  let served = ''
  const ask = parseAsk(body, deployment, (name) => {
    served = flavour === 'azure' ? deployed(name, deployments) : name
    if (flavour === 'openai') requireModel(name)
    return served
  })
  const created = Math.floor(clock.now() / 1_000)
  const id = `chatcmpl-${randomUUID().replaceAll('-', '')}`
  const envelope: Envelope = { id, created, model: served, flavour }
  const chunks = model.reply(ask.conversation, response)
  const headers = { [flavour === 'azure' ? 'apim-request-id' : 'x-request-id']: randomUUID() }
  if (ask.isStream) return stream(chunks, ask, envelope, headers)
  const all = await Array.fromAsync(chunks)
  return all.length > 0 ? json(toCompletion(all, envelope), headers) : { status: 200 }
}

/** Waits for the first chunk, so that an error before it still has its own status. */
async function stream(
  chunks: AsyncGenerator<Chunk, void>,
  { hasUsage }: Ask,
  envelope: Envelope,
  headers: Record<string, string>,
): Promise<Reply> {
  const first = await chunks.next()
  async function* all(): AsyncGenerator<Chunk, void> {
    if (first.done) return
    yield first.value
    yield* chunks
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', ...headers },
    body: toEvents(all(), envelope, hasUsage),
  }
}

/** The model behind a deployment: a deployment that is not listed is called like its model, or is one of the usual kind. */
function deployed(name: string, deployments: OpenAiDeps['deployments']): string {
  const known = deployments?.[name]
  if (known !== undefined) return known
  if (deployments === undefined) return /^(?:gpt-|o\d)/.test(name) ? name : 'gpt-4o'
  throw new OpenAiError(
    404,
    'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
    { code: 'DeploymentNotFound' },
  )
}

const json = (body: object, headers: Record<string, string> = {}): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
