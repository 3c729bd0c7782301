// Runs Azurite, Microsoft's storage emulator from npm, as a child process: blobs and queues, no tables.
// The process ends with `close()`, and by itself when the process that started it dies.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { Faults } from '../kit/faults.ts'
import { azuriteBundle } from './bundle.ts'
import { type Front, startFront } from './front.ts'
import { type AzuriteSettings, azuriteMessage } from './settings.ts'

/** The account every storage emulator has: https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const ACCOUNT = 'devstoreaccount1'
const ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/** A small young generation keeps the process small. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--disable-warning=DEP0040']

export interface AzuriteOptions {
  /** 0 or absent: any free port. */
  blobPort?: number
  queuePort?: number
  host?: string
  /** Where data is kept; absent: in memory. */
  dataDir?: string
  services?: ('blob' | 'queue')[]
  /** Puts a server in front of each service that applies these fault rules; absent: none, and no hop. */
  faults?: Faults
}

export interface Azurite extends AsyncDisposable {
  readonly connectionString: string
  /** With the account's name at the end; empty when the service was not asked for. */
  readonly blobUrl: string
  readonly queueUrl: string
  readonly pid: number
  /** Resolves with the exit code when the process ends, however it ends. */
  readonly exited: Promise<number>
  close(): Promise<void>
}

/** Starts Azurite and resolves when it answers. @throws Error naming the port when it is taken */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const settings: AzuriteSettings = {
    host: options.host ?? '127.0.0.1',
    blobPort: options.faults ? 0 : (options.blobPort ?? 0),
    queuePort: options.faults ? 0 : (options.queuePort ?? 0),
    services: options.services ?? ['blob', 'queue'],
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
  }
  if (settings.dataDir !== undefined) await mkdir(settings.dataDir, { recursive: true })
  const bundle = await azuriteBundle()
  const child = fork(bundle.file, [JSON.stringify(settings)], {
    execArgv: NODE_FLAGS,
    env: childEnvironment(bundle.compileCache),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1))
  const addresses = await ready(child)
  const { host } = settings
  const { faults } = options
  const front = (service: 'blob' | 'queue', port = 0): Promise<Front> | undefined => {
    const target = addresses[service]
    return target && faults ? startFront(service, target, { host, port, faults }) : undefined
  }
  const [blob, queue] = await Promise.all([
    front('blob', options.blobPort),
    front('queue', options.queuePort),
  ])
  const urlOf = (address: string | undefined): string => (address ? `${address}/${ACCOUNT}` : '')
  const blobUrl = urlOf(blob?.url ?? addresses.blob)
  const queueUrl = urlOf(queue?.url ?? addresses.queue)
  await Promise.all([blobUrl, queueUrl].filter(Boolean).map(answers))
  const close = async (): Promise<void> => {
    await Promise.all([blob?.close(), queue?.close()])
    if (child.connected) child.disconnect()
    await exited
  }
  return {
    connectionString: [
      'DefaultEndpointsProtocol=http',
      `AccountName=${ACCOUNT}`,
      `AccountKey=${ACCOUNT_KEY}`,
      ...(blobUrl ? [`BlobEndpoint=${blobUrl}`] : []),
      ...(queueUrl ? [`QueueEndpoint=${queueUrl}`] : []),
      '',
    ].join(';'),
    blobUrl,
    queueUrl,
    pid: child.pid ?? 0,
    exited,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The caller's environment without what would change Azurite's accounts or storage behind our back. */
function childEnvironment(compileCache: string): NodeJS.ProcessEnv {
  const { AZURITE_ACCOUNTS: _accounts, AZURITE_DB: _database, NODE_OPTIONS: _options, ...env } = process.env
  return { ...env, NODE_COMPILE_CACHE: compileCache }
}

async function ready(
  child: ChildProcess,
): Promise<{ blob?: string | undefined; queue?: string | undefined }> {
  const told = await Promise.race([
    once(child, 'message').then(([message]) => azuriteMessage.parse(message)),
    once(child, 'exit').then(([code, signal]) => ({
      failed: `it ended with ${signal ?? code}`,
      code: '',
      port: 0,
    })),
  ])
  if ('ready' in told) return told.ready
  throw new Error(
    told.code === 'EADDRINUSE'
      ? `Port ${told.port} is taken: Azurite cannot listen on it.`
      : `Azurite did not start: ${told.failed}`,
  )
}

/** A request without a signature is refused, which shows that the service is at work. */
async function answers(url: string): Promise<void> {
  const response = await fetch(`${url}?comp=list`)
  await response.text()
  if (response.status !== 403) throw new Error(`Azurite answered ${response.status} at ${url}.`)
}
