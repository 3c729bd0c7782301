// A model server on the wire: the protocols of Gemini, OpenAI and Azure OpenAI over one deterministic, scriptable model.
import type { IncomingMessage } from 'node:http'
import { type Clock, systemClock } from '../kit/clock.ts'
import { createEntra, type EntraOptions } from '../kit/entra.ts'
import { createFaults, type Faults } from '../kit/faults.ts'
import { createHttpServer, type Operation, type Reply } from '../kit/http-server.ts'
import { close, listen } from '../kit/listen.ts'
import { createLog, type LogLevel } from '../kit/log.ts'
import { toErrorReply, unimplemented } from './gemini/errors.ts'
import { geminiOperation } from './gemini/operations.ts'
import type { Pace } from './generate.ts'
import { createModel, type Model, type Stats } from './model.ts'
import { type OpenAiDeps, openAiOperation } from './openai/operations.ts'
import { createScript, parseRules, type Script, type ScriptInput } from './script.ts'

export interface AiOptions {
  /** 0 or absent: any free port. */
  port?: number
  host?: string
  /** The only key accepted; absent: any key that is not empty. */
  apiKey?: string
  /** Azure's deployments and the model behind each; absent: any name is a deployment. */
  deployments?: Record<string, string>
  /** Whose Entra tokens Azure's paths take, beside the key; nobody's when absent. */
  entra?: EntraOptions
  /** What pauses go by, and what answers are dated with. */
  clock?: Clock
  /** The usual pace; without it the reply comes as fast as it can, in chunks of 24 characters. */
  pace?: Partial<Pace>
  log?: LogLevel
}

export interface AiEmulator extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly faults: Faults
  /** Adds rules to the script. @throws z.ZodError for a rule that makes no sense */
  script(...rules: ScriptInput[]): void
  clearScript(): void
  stats(): Stats
  close(): Promise<void>
}

/** Starts the emulator. @throws Error naming the port when it is taken */
export async function startAi(options: AiOptions = {}): Promise<AiEmulator> {
  const host = options.host ?? '127.0.0.1'
  const faults = createFaults()
  const script = createScript()
  const { clock = systemClock, apiKey, deployments } = options
  const pace = { firstTokenMs: 0, chunkDelayMs: 0, chunkSize: 24, ...options.pace }
  const model = createModel(script, pace, clock)
  const entra = options.entra && createEntra(options.entra, clock)
  const openai: OpenAiDeps = { model, clock, apiKey, deployments, entra }
  const server = createHttpServer({
    route: (request) =>
      openAiOperation(request, openai) ?? geminiOperation(request, model, apiKey) ?? notHere(request),
    toError: toErrorReply,
    admin: (request) => adminOperation(request, script, model),
    faults,
    log: createLog('ai', options.log),
  })
  const port = await listen(server, options.port ?? 0, 'the AI emulator', host)
  const stop = (): Promise<void> => close(server)
  return {
    url: `http://${host}:${port}`,
    port,
    faults,
    script: (...rules) => script.add(...rules),
    clearScript: () => script.clear(),
    stats: () => ({ ...model.stats }),
    close: stop,
    [Symbol.asyncDispose]: stop,
  }
}

function notHere(request: IncomingMessage): Operation {
  const path = request.url?.split('?', 1)[0]
  return {
    name: 'unknown',
    run: () => {
      throw unimplemented(`${request.method} ${path}`)
    },
  }
}

function adminOperation(request: IncomingMessage, script: Script, model: Model): Operation | undefined {
  const routes: Record<string, Operation['run']> = {
    'GET /_emulator/stats': () => json(200, model.stats),
    'GET /_emulator/script': () => json(200, { rules: script.list() }),
    'DELETE /_emulator/script': () => {
      script.clear()
      return json(200, { rules: [] })
    },
    'POST /_emulator/script': (body) => {
      try {
        script.add(...parseRules(JSON.parse(body.toString('utf8'))))
      } catch (error) {
        return json(400, { message: `Not a script rule: ${(error as Error).message}` })
      }
      return json(200, { rules: script.list() })
    },
  }
  const run = routes[`${request.method} ${request.url}`]
  return run && { name: '_emulator', run }
}

function json(status: number, body: object): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
