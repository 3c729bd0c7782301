// Asking an event handler until it answers: after 1, 3 and 5 seconds on 408, 5xx and a broken network, no more.
// The repeated request is the same to the byte, so a handler can tell by its id.
import { setTimeout as delay } from 'node:timers/promises'
import { type Clock, pause } from '../../kit/clock.ts'
import type { Faults } from '../../kit/faults.ts'
import { type HttpAnswer, type HttpClient, type HttpRequest, NoAnswer } from './http-client.ts'

const PAUSES_MS = [1000, 3000, 5000]

export type Ask = (operation: string, request: HttpRequest) => Promise<HttpAnswer>

/**
 * Returns a function that sends a request with retries; each attempt passes the fault rules for the operation.
 * It throws NoAnswer when the last attempt had none.
 */
export function createAsk(client: HttpClient, clock: Clock, faults: Faults, onAttempt: () => void): Ask {
  const attempt = async (operation: string, request: HttpRequest): Promise<HttpAnswer> => {
    onAttempt()
    const fault = faults.take(operation)
    if (fault?.kind === 'delay') await delay(fault.ms)
    if (fault?.kind === 'drop') throw new NoAnswer('A fault rule dropped the request.', true)
    if (fault?.kind === 'status') return faultAnswer(fault)
    const answer = await client.request(request)
    if (fault?.kind === 'lose-answer' || fault?.kind === 'half-answer') {
      throw new NoAnswer('A fault rule lost the answer.', true)
    }
    return answer
  }

  return async (operation, request) => {
    for (let tries = 0; ; tries++) {
      const wait = PAUSES_MS[tries]
      try {
        const answer = await attempt(operation, request)
        const again = answer.status === 408 || answer.status >= 500
        if (!again || wait === undefined) return answer
      } catch (error) {
        if (!(error instanceof NoAnswer) || !error.retry || wait === undefined) throw error
      }
      await pause(clock, wait, request.signal)
      if (request.signal?.aborted) throw new NoAnswer('The request was given up.', false)
    }
  }
}

function faultAnswer(fault: {
  status: number
  headers?: Record<string, string>
  body?: unknown
}): HttpAnswer {
  const body = fault.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(fault.body))
  const type = fault.body === undefined ? {} : { 'content-type': 'application/json' }
  return { status: fault.status, headers: { ...type, ...fault.headers }, states: 0, body }
}
