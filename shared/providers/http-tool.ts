// Functions that others serve over HTTP, for bots to call. Where a call goes is configuration, never the model's choice; and
// the address that a name leads to is checked by the connection itself, so a name that leads elsewhere later is no way in.
import { lookup as resolve } from 'node:dns'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import ip from 'ipaddr.js'
import type { HttpToolSettings } from '../domain/bot.ts'
import type { Tool } from '../services/ports/tools.ts'

const PATIENCE_MS = 10_000
const MAX_BYTES = 16 * 1024
/** Looks public, and is the machine's own: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 */
const AZURE_HOST = '168.63.129.16'

/** @param networks private networks, as CIDR, that tools may reach nonetheless */
export function createHttpTool(settings: HttpToolSettings, networks: string[]): Tool {
  const { name, description, parameters, url, method, headers } = settings
  return {
    name,
    description,
    parameters,
    async run(args, _scope, signal) {
      const target = new URL(url)
      if (method === 'GET')
        // What is configured is not the model's to change.
        for (const [key, value] of Object.entries(args))
          if (!new URL(url).searchParams.has(key)) target.searchParams.append(key, plain(value))
      const body = method === 'GET' ? undefined : JSON.stringify(args)
      return call(target, { method, headers, body, networks, signal })
    },
  }
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

interface Call {
  method: string
  headers: Record<string, string> | undefined
  body: string | undefined
  networks: string[]
  signal: AbortSignal
}

/** @throws Error for a private address, an answer that is none, and whatever the network throws */
async function call(url: URL, { method, headers, body, networks, signal }: Call): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // A literal address is never looked up.
  if (isIP(host)) checkAddress(host, networks)
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const { promise, resolve: answered, reject } = Promise.withResolvers<IncomingMessage>()
  const request: ClientRequest = send(
    url,
    {
      method,
      // A pooled connection was checked for another call, perhaps of another tool.
      agent: false,
      lookup: checkedLookup(networks),
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      headers: {
        accept: 'application/json, text/plain',
        ...headers,
        ...(body && { 'content-type': 'application/json' }),
      },
    },
    answered,
  )
  request.on('error', reject)
  request.end(body)
  const response = await promise
  const status = response.statusCode ?? 0
  if (status >= 300 && status < 400) {
    response.destroy()
    throw new Error('The service answered with a redirect, which is not followed.')
  }
  const text = await readSome(response)
  if (status >= 400) throw new Error(`The service answered ${status}: ${text.slice(0, 500)}`)
  return text
}

async function readSome(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes >= MAX_BYTES) break
  }
  return Buffer.concat(pieces).subarray(0, MAX_BYTES).toString('utf8')
}

/** Looks the name up as ever, and fails when any address behind it is not to be reached. */
const checkedLookup =
  (networks: string[]): LookupFunction =>
  (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '', 0)
      try {
        for (const { address } of found) checkAddress(address, networks)
      } catch (refusal) {
        return done(refusal as NodeJS.ErrnoException, '', 0)
      }
      const [first] = found
      if (options.all) done(null, found)
      else done(null, first!.address, first!.family)
    })
  }

/** @throws Error unless the address is a public one, or of one of the networks */
export function checkAddress(text: string, networks: string[]): void {
  // One that wraps an IPv4 address is that address.
  const address = ip.process(text)
  if (address.range() === 'unicast' && address.toString() !== AZURE_HOST) return
  const isAllowed = networks.some((network) => {
    const [base, bits] = ip.parseCIDR(network)
    return base.kind() === address.kind() && address.match([base, bits])
  })
  if (!isAllowed) throw new Error('The address is not a public one.')
}
