// Integer functions: 64 bits, wrapping around; of anything but whole numbers that a double holds exactly, undefined.
// https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions#mathematical-functions
import { type BuiltIn, fn } from './define.ts'

const integer = (count: number, apply: (a: bigint, b: bigint) => bigint | undefined): BuiltIn =>
  fn(count, count, (args) => {
    if (!args.every(Number.isSafeInteger)) return undefined
    const [a, b] = (args as number[]).map(BigInt)
    const result = apply(a!, b ?? 0n)
    return result === undefined ? undefined : Number(BigInt.asIntN(64, result))
  })

const isShift = (by: bigint) => by >= 0n && by < 64n

export const integers = {
  INTADD: integer(2, (a, b) => a + b),
  INTSUB: integer(2, (a, b) => a - b),
  INTMUL: integer(2, (a, b) => a * b),
  INTDIV: integer(2, (a, b) => (b === 0n ? undefined : a / b)),
  INTMOD: integer(2, (a, b) => (b === 0n ? undefined : a % b)),
  INTBITAND: integer(2, (a, b) => a & b),
  INTBITOR: integer(2, (a, b) => a | b),
  INTBITXOR: integer(2, (a, b) => a ^ b),
  INTBITNOT: integer(1, (a) => ~a),
  INTBITLEFTSHIFT: integer(2, (a, b) => (isShift(b) ? a << b : undefined)),
  INTBITRIGHTSHIFT: integer(2, (a, b) => (isShift(b) ? a >> b : undefined)),
}
