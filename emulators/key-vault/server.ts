// Azure Key Vault's secrets over TLS, and beside it, over HTTP, the managed-identity endpoint that issues the tokens.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificateIn } from '../kit/certificate-store.ts'
import { createFaults, type Faults } from '../kit/faults.ts'
import { createHttpServer, type HttpService } from '../kit/http-server.ts'
import { close, listen } from '../kit/listen.ts'
import { createLog, type LogLevel } from '../kit/log.ts'
import { VAULT_RESOURCE } from './authenticate.ts'
import { DEFAULT_IDENTITY_HEADER, identityOperation } from './identity.ts'
import { vaultOperation } from './router.ts'
import { createSettling } from './settling.ts'
import { openStore } from './store.ts'
import { createIssuer, ISSUER, TENANT_ID, type TokenRequest } from './tokens.ts'

export interface KeyVaultOptions {
  /** 0 or absent: any free port. */
  port?: number
  /** The managed-identity endpoint's; 0 or absent: any free port. */
  identityPort?: number
  host?: string
  /** Keeps secrets and certificate; without it they end with the process. */
  dataDir?: string
  /** A folder with a certificate shared with others (made when missing); the data folder when absent. */
  certificateDir?: string
  /** Further names and addresses the certificate is good for. */
  hosts?: string[]
  /** The secret callers of the identity endpoint show. */
  identityHeader?: string
  /** Days a deleted secret can be recovered, 7 to 90; 90 when absent, as in the service. */
  retentionDays?: number
  /** How many milliseconds a deletion or recovery takes, real ones; 200 when absent. */
  settlingMs?: number
  /** Rules made elsewhere: with another seed, or shared. */
  faults?: Faults
  /** The clock, in milliseconds since 1970. */
  now?: () => number
  log?: LogLevel
}

export interface KeyVault extends AsyncDisposable {
  /** The vault, `https://…`. */
  readonly url: string
  readonly port: number
  /** The certificate to trust, as a file and as PEM. */
  readonly caFile: string
  readonly ca: string
  readonly identity: { url: string; port: number; issuer: string; jwksUrl: string; tenantId: string }
  /** What a process needs to reach the vault by `DefaultAzureCredential`; Node reads the last one at its start only. */
  readonly environment: { IDENTITY_ENDPOINT: string; IDENTITY_HEADER: string; NODE_EXTRA_CA_CERTS: string }
  /** Faults of both servers. */
  readonly faults: Faults
  /** A token as the identity endpoint gives it; for Key Vault when no resource is named. */
  token(request?: Partial<TokenRequest>): Promise<string>
  close(): Promise<void>
}

/** Starts both servers. @throws Error naming the port when one is taken, RangeError for a wrong retention time */
export async function startKeyVault(options: KeyVaultOptions = {}): Promise<KeyVault> {
  const { host = '127.0.0.1', retentionDays = 90, now = Date.now } = options
  if (!Number.isInteger(retentionDays) || retentionDays < 7 || retentionDays > 90) {
    throw new RangeError('Deleted secrets are kept for 7 to 90 days.')
  }
  await using cleanup = new AsyncDisposableStack()
  const certificateDir = options.certificateDir ?? options.dataDir ?? (await temporaryDir(cleanup))
  const hosts = [
    'localhost',
    '127.0.0.1',
    '::1',
    ...(isAnyAddress(host) ? [] : [host]),
    ...(options.hosts ?? []),
  ]
  const tls = await certificateIn(certificateDir, [...new Set(hosts)])
  const store = openStore(options.dataDir)
  cleanup.defer(() => store.close())
  const issuer = await createIssuer(now)
  const faults = options.faults ?? createFaults()
  const settling = createSettling(options.settlingMs ?? 200)
  const vault = { store, settling, issuer, faults, now, retentionDays, url: '' }
  const identity = { issuer, header: options.identityHeader ?? DEFAULT_IDENTITY_HEADER, url: '' }
  const common = {
    faults,
    log: createLog('key-vault', options.log),
    toError: () => ({ status: 500, headers: JSON_TYPE, body: INTERNAL }),
  }
  const start = async (
    service: Pick<HttpService, 'route' | 'tls'>,
    port = 0,
    name: string,
  ): Promise<number> => {
    const server = createHttpServer({ ...common, ...service })
    const taken = await listen(server, port, name, host)
    cleanup.defer(() => close(server))
    return taken
  }
  const port = await start(
    { tls, route: (request) => vaultOperation(request, vault) },
    options.port,
    'the Key Vault emulator',
  )
  const identityPort = await start(
    { route: (request) => identityOperation(request, identity) },
    options.identityPort,
    'the managed-identity endpoint',
  )
  const address = host.includes(':') ? `[${host}]` : host
  vault.url = `https://${address}:${port}`
  identity.url = `http://${address}:${identityPort}`
  common.log('info', 'listening', { url: vault.url, identity: identity.url })
  const running = cleanup.move()
  const stop = (): Promise<void> => running.disposeAsync()
  return {
    url: vault.url,
    port,
    caFile: tls.caFile,
    ca: tls.cert,
    identity: {
      url: identity.url,
      port: identityPort,
      issuer: ISSUER,
      jwksUrl: `${identity.url}/.well-known/jwks.json`,
      tenantId: TENANT_ID,
    },
    environment: {
      IDENTITY_ENDPOINT: `${identity.url}/msi/token`,
      IDENTITY_HEADER: identity.header,
      NODE_EXTRA_CA_CERTS: tls.caFile,
    },
    faults,
    token: async (request = {}) => (await issuer.issue({ resource: VAULT_RESOURCE, ...request })).token,
    close: stop,
    [Symbol.asyncDispose]: stop,
  }
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const INTERNAL = JSON.stringify({ error: { code: 'InternalServerError', message: 'The emulator failed.' } })

async function temporaryDir(cleanup: AsyncDisposableStack): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'key-vault-'))
  cleanup.defer(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const isAnyAddress = (host: string): boolean => host === '0.0.0.0' || host === '::'
