// The effective partition key of version 1: a 32-bit MurmurHash3 of the value, written as a number in an encoding whose
// byte order is numeric order, and behind it the value itself, so that keys with equal hashes stay apart.
// https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
import type { KeyValue } from '../items/partition-key.ts'

const LONGEST = 100

/** The key's point in hash space in upper-case hexadecimal digits; all begin with `05`, the mark of a number. */
export function hashKeyV1(value: KeyValue): string {
  const short = typeof value === 'string' ? value.slice(0, LONGEST) : value
  return numberKey(murmur32(hashed(short))) + appended(value, short)
}

/** A number as digits that sort like the number. */
export function numberKey(value: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  const bits = bytes.readBigUInt64BE()
  const sign = 0x8000_0000_0000_0000n
  let rest = BigInt.asUintN(64, bits < sign ? bits ^ sign : ~bits + 1n)
  const out = [5, Number(rest >> 56n)]
  rest = BigInt.asUintN(64, rest << 8n)
  // Seven bits a byte; the lowest bit says whether another byte follows.
  while (rest !== 0n) {
    const group = Number(rest >> 56n) & 0xfe
    rest = BigInt.asUintN(64, rest << 7n)
    out.push(rest === 0n ? group : group | 1)
  }
  return hex(out)
}

function hashed(value: KeyValue): Buffer {
  if (typeof value === 'string') return Buffer.concat([Buffer.of(8), Buffer.from(value), Buffer.of(0)])
  if (typeof value !== 'number') return Buffer.of(mark(value))
  const bytes = Buffer.alloc(9)
  bytes[0] = 5
  bytes.writeDoubleLE(value, 1)
  return bytes
}

function appended(value: KeyValue, short: KeyValue): string {
  if (typeof value === 'number') return numberKey(value)
  if (typeof value !== 'string') return hex([mark(value)])
  const bytes = [...Buffer.from(short as string)].map((byte) => (byte < 0xff ? byte + 1 : byte))
  // A closing zero, which no byte of a string can be.
  return hex([8, ...bytes, 0])
}

function mark(value: KeyValue): number {
  if (value === undefined) return 0
  if (value === null) return 1
  return value ? 3 : 2
}

const hex = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex').toUpperCase()

const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by))
const scramble = (k: number) => Math.imul(rotate(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593)

function murmur32(data: Buffer): number {
  let h = 0
  const whole = data.length - (data.length % 4)
  for (let at = 0; at < whole; at += 4) {
    h = (Math.imul(rotate(h ^ scramble(data.readInt32LE(at)), 13), 5) + 0xe6546b64) | 0
  }
  if (data.length > whole) {
    const tail = Buffer.alloc(4)
    data.copy(tail, 0, whole)
    h ^= scramble(tail.readInt32LE(0))
  }
  h ^= data.length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
