// What a fault rule does to an HTTP request: `http.<function>` names the operation.
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault, Faults } from '../../kit/faults.ts'

/** The fault for this request, after a `delay` has been sat out and a cut of the answer has been prepared. */
export async function befall(
  faults: Faults,
  name: string,
  response: ServerResponse,
): Promise<Extract<Fault, { kind: 'drop' | 'status' }> | undefined> {
  if (faults.list().length === 0) return undefined
  const fault = faults.take(`http.${name}`)
  if (fault?.kind === 'drop' || fault?.kind === 'status') return fault
  if (fault?.kind === 'delay') await delay(fault.ms)
  if (fault?.kind === 'lose-answer') loseAnswer(response)
  if (fault?.kind === 'half-answer') halveAnswer(response)
  return undefined
}

/** The function runs and answers as ever; the client sees its connection close. */
function loseAnswer(response: ServerResponse): void {
  response.write = () => true
  const end = response.end.bind(response)
  response.end = (() => {
    response.socket?.destroy()
    return end()
  }) as ServerResponse['end']
}

/** The first half of a whole body, or the first chunk of a streamed one, gets out. */
function halveAnswer(response: ServerResponse): void {
  const write = response.write.bind(response)
  const end = response.end.bind(response)
  const half = (chunk: string | Uint8Array): void => {
    const bytes = Buffer.from(chunk as Uint8Array)
    if (!response.headersSent) response.setHeader('content-length', bytes.length)
    write(bytes.subarray(0, Math.ceil(bytes.length / 2)), 'utf8', () => {
      response.socket?.destroy()
    })
  }
  response.write = ((chunk: string | Uint8Array) => {
    if (!response.headersSent) half(chunk)
    return true
  }) as ServerResponse['write']
  response.end = ((chunk?: unknown) => {
    if (response.headersSent) return response
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) half(chunk)
    else end()
    return response
  }) as ServerResponse['end']
}
