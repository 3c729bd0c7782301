import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkAddress, createHttpTool } from '../../../shared/providers/http-tool.ts'

const SCOPE = { chatId: 'c1', userId: 'ada' }
const OWN = ['127.0.0.0/8', '::1/128']
const never = new AbortController().signal
let server: Server
let answer: RequestListener
let url: string
beforeAll(async () => {
  server = createServer((request, response) => answer(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((done) => server.close(done)))

const tool = (at: string, method: 'GET' | 'POST' = 'POST', networks = OWN) =>
  createHttpTool(
    { name: 't', description: 'd', parameters: {}, url: at, method, headers: { 'x-key': 'k1' } },
    networks,
  )

test('arguments go as JSON, or into the query; what is configured goes along', async () => {
  answer = async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    response.end(`${request.method} ${request.url} ${request.headers['x-key']} ${body}`)
  }
  const args = { city: 'Bonn & Köln', days: 2 }
  expect(await tool(`${url}/w`).run(args, SCOPE, never)).toBe('POST /w k1 {"city":"Bonn & Köln","days":2}')
  expect(await tool(`${url}/w?a=1`, 'GET').run(args, SCOPE, never)).toBe(
    'GET /w?a=1&city=Bonn+%26+K%C3%B6ln&days=2 k1 ',
  )
  expect(await tool(`${url}/w?a=1`, 'GET').run({ a: 'what the model would rather' }, SCOPE, never)).toBe(
    'GET /w?a=1 k1 ',
  )
})

test('a redirect is not followed, an error is told, an answer is cut', async () => {
  answer = (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  await expect(tool(url).run({}, SCOPE, never)).rejects.toThrow('redirect, which is not followed')
  answer = (_request, response) => response.writeHead(422).end('no such city')
  await expect(tool(url).run({}, SCOPE, never)).rejects.toThrow('The service answered 422: no such city')
  answer = (_request, response) => response.end('x'.repeat(100_000))
  expect(await tool(url).run({}, SCOPE, never)).toHaveLength(16_384)
})

test('a name, or an address, that leads to a private network is not called', async () => {
  let called = 0
  answer = (_request, response) => {
    called++
    response.end()
  }
  const port = new URL(url).port
  const places = [url, `http://127.0.0.1:${port}`, `http://[::1]:${port}`, `http://2130706433:${port}`]
  for (const place of places) {
    await expect(tool(place, 'GET', []).run({}, SCOPE, never)).rejects.toThrow('not a public one')
  }
  expect(called).toBe(0)
})

test('who stops the run stops the call', async () => {
  const abort = new AbortController()
  answer = () => abort.abort()
  await expect(tool(url).run({}, SCOPE, abort.signal)).rejects.toThrow('aborted')
  server.closeAllConnections()
})

test.each([
  '10.0.0.1',
  '168.63.129.16',
  '172.16.0.1',
  '192.168.1.1',
  '127.0.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '::1',
  'fe80::1',
  'fd00::1',
  '::ffff:10.0.0.1',
  '64:ff9b::a00:1',
  '2002:a00:1::',
])('%s is not reached', (address) => {
  expect(() => checkAddress(address, [])).toThrow()
})

test('public addresses are reached, and networks that are allowed', () => {
  expect(() => checkAddress('93.184.216.34', [])).not.toThrow()
  expect(() => checkAddress('2606:2800:220:1::1', [])).not.toThrow()
  expect(() => checkAddress('10.1.2.3', ['10.1.0.0/16'])).not.toThrow()
  expect(() => checkAddress('10.2.2.3', ['10.1.0.0/16', 'fd00::/8'])).toThrow('not a public one')
})
